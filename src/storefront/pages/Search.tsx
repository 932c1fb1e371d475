/** @module `/search#q=`: results while one types, hits that are equally relevant in personal order. */
import { memo, useDeferredValue, useEffect, useMemo } from 'react'
import { usePersonalization } from '../../react.ts'
import { blend, categoriesBegun } from '../../search.ts'
import { useChoices } from '../address.ts'
import { categoryPath, departmentText, searchPath } from '../catalog.ts'
import { Assortment } from '../parts/Assortment.tsx'
import { Link } from '../parts/Link.tsx'
import { Outlines } from '../parts/Outlines.tsx'
import { Page } from '../parts/Page.tsx'
import { Popular } from '../parts/shelves.tsx'
import { type FoundFor, useFound } from '../search/useFound.ts'
import { useShop } from '../shop.ts'
import { useSteadyOrder } from '../useSteadyOrder.ts'
import { searchLabels, words } from '../words/words.ts'

/** A query is one when the typing rests before its results, not at every letter. */
const REST_MS = 800

export function Search() {
  const [choices] = useChoices()
  const asked = (choices.get('q') ?? '').trim()
  // What is typed shows at once; the results follow, without holding up the next letter.
  const query = useDeferredValue(asked)
  const found = useFound(query)
  const { enoughFor } = useShop().catalog

  useAsked(asked, found?.query === asked)

  // One page whatever it holds: another would have a heading of its own, and whoever has gone to
  // this one while the search was built would lose the focus.
  if (query === '')
    return (
      <Page title={words.search.title}>
        {enoughFor === null ? (
          <>
            <p className="empty">{words.search.hint}</p>
            <Popular />
          </>
        ) : (
          // The page was rendered beforehand, for whatever is searched.
          <ul className="grid" aria-busy="true">
            <Outlines count={8} />
          </ul>
        )}
      </Page>
    )
  return (
    // The heading is one text: of three, the last would move with every letter typed.
    <Page title={words.search.tab(query)} heading={words.search.heading(query)}>
      {found ? (
        <Results found={found} />
      ) : (
        <p className="empty" role="status">
          {searchLabels.looking}
        </p>
      )}
    </Page>
  )
}

/**
 * Captures what is asked, once. What is asked and not what is found: on a slow device the results
 * of a word's first letters may stand for a second while the word is typed to its end.
 * @param found whether its results are on screen
 */
function useAsked(asked: string, found: boolean): void {
  const { capture } = useShop()
  useEffect(() => {
    if (asked === '') return
    let said = false
    const say = () => {
      said = true
      capture({ name: 'search', search_term: asked })
    }
    const timer = found ? setTimeout(say, REST_MS) : undefined
    return () => {
      clearTimeout(timer)
      // Whoever goes on to a product before the rest is over meant what they had typed.
      if (!said && location.pathname !== '/search') say()
    }
  }, [asked, found, capture])
}

interface ResultsProps {
  readonly found: FoundFor
}

const Results = memo(function Results({ found }: ResultsProps) {
  const { catalog, unavailable } = useShop()
  const { query, hits } = found
  const ids = useMemo(() => hits.map((hit) => hit.id), [hits])
  // Tied hits come as a new shopper's device has them: theirs wait for none.
  const ranked = useSteadyOrder(query, ids, true)
  const tolerance = usePersonalization().model?.searchTolerance
  const blended = useMemo(
    () => blend(hits, ranked.settled ? ranked.ids : [], tolerance),
    [hits, ranked.settled, ranked.ids, tolerance],
  )
  const known = useMemo(() => new Map(found.items?.map((item) => [item.id, item])), [found])
  const items = useMemo(
    () => blended.flatMap(({ id }) => known.get(id) ?? catalog.get(id) ?? []),
    [blended, known, catalog],
  )
  const termsOf = useMemo(() => {
    const terms = new Map(hits.map((hit) => [hit.id, hit.terms]))
    return (id: string) => terms.get(id)
  }, [hits])

  return (
    <>
      <Suggestions found={found} />
      {hits.length > 0 && !hits[0].complete && (
        <p className="empty" role="status">
          {searchLabels.partly(query)}
        </p>
      )}
      {items.length === 0 ? (
        <>
          <p className="empty" role="status">
            {words.search.none(query)}
          </p>
          <Popular />
        </>
      ) : (
        <Assortment
          key={query}
          items={items}
          order={words.search.bestMatch}
          label={words.search.list(query)}
          departments
          settled={unavailable || ranked.settled}
          termsOf={termsOf}
        />
      )}
    </>
  )
})

/** Departments to browse where nothing matches. */
const BROWSED = 6

function Suggestions({ found: { query, hits, ...found } }: ResultsProps) {
  const suggestions = found.suggestions.filter((text) => text !== query.toLowerCase())
  const { catalog } = useShop()
  const all = catalog.departments.map(({ name }) => name)
  const begun = categoriesBegun(all, query)
  const departments = hits.length + begun.length === 0 ? all.slice(0, BROWSED) : begun
  if (suggestions.length + departments.length === 0) return null
  return (
    // Others are other words in other places, not the same that moved.
    <ul key={suggestions.join('\n')} className="suggestions" aria-label={searchLabels.suggestions}>
      {suggestions.map((text) => (
        <li key={text}>
          <Link href={searchPath(text)} className="chip" onClick={focusHeading}>
            {text}
          </Link>
        </li>
      ))}
      {departments.map((name) => (
        <li key={name}>
          <Link href={categoryPath(name)} className="chip department">
            {words.search.department(departmentText(name))}
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** The chip is gone with the old results, and with it the focus. */
function focusHeading(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus())
}
