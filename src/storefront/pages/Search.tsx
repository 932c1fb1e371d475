/** @module `/search#q=`: results while the shopper types; equally relevant hits are ranked for the shopper. */
import { memo, Suspense, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePersonalization } from '../../react.ts'
import { blend, categoriesBegun } from '../../search.ts'
import { sentQuery, useChoices } from '../address.ts'
import { categoryPath, departmentText, searchPath } from '../catalog.ts'
import { readBudget } from '../gifts/budgetWish.ts'
import { laterPart } from '../later.tsx'
import { Assortment } from '../parts/Assortment.tsx'
import { Link } from '../parts/Link.tsx'
import { Outlines } from '../parts/Outlines.tsx'
import { Page } from '../parts/Page.tsx'
import { Popular } from '../parts/shelves.tsx'
import { type FoundFor, useFound } from '../search/useFound.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { useSteadyOrder } from '../useSteadyOrder.ts'
import { searchWords, words } from '../words/words.ts'

const Gifts = laterPart(() => import('../gifts/Gifts.tsx').then((part) => part.Gifts))

/** Milliseconds without typing after which the text counts as a query. */
const REST_MS = 800

export function Search() {
  const [choices] = useChoices()
  const asked = (choices.get('q') ?? '').trim()
  // The typed text shows at once, and the results render later, so that they don't delay the next letter.
  const query = useDeferredValue(asked)
  const wish = useMemo(() => readBudget(query), [query])
  const found = useFound(wish ? '' : query)
  const { enoughFor } = useShop().catalog
  const isLeaving = useRedirect(asked, found)

  useAsked(asked, wish !== null || found?.query === asked)

  // The component returns a `Page` with and without results, so that React keeps the heading, and the focus on it, when
  // the results arrive.
  if (query === '')
    return (
      <Page title={words('search.title')}>
        {enoughFor === null ? (
          <>
            <p className="empty">{words('search.hint')}</p>
            <Popular />
          </>
        ) : (
          // The prerendered page is the same for every search, so it shows placeholders.
          <ul className="grid" aria-busy="true">
            <Outlines count={8} />
          </ul>
        )}
      </Page>
    )
  return (
    // The heading is one string. If the heading had three text nodes, the last node would shift with every letter
    // typed.
    <Page title={words('search.tab', { query })} heading={words('search.heading', { query })}>
      {wish && enoughFor === null ? (
        <Suspense fallback={<Looking />}>
          <Gifts wish={wish} />
        </Suspense>
      ) : found && !isLeaving ? (
        <Results found={found} />
      ) : (
        <Looking />
      )}
    </Page>
  )
}

const Looking = () => (
  <p className="empty" role="status">
    {searchWords('looking')}
  </p>
)

/** If a rule redirects the query, opens that page. Only the page's first query, and queries sent with Enter, count. */
function useRedirect(asked: string, found: FoundFor | null): boolean {
  const [opened] = useState(asked)
  const [, navigate] = useLocation()
  const isSent = useSignal(sentQuery) === asked || asked === opened
  const page = isSent && found?.query === asked ? found.redirect : undefined
  useEffect(() => {
    if (page) navigate(page, { replace: true })
  }, [page, navigate])
  useEffect(() => () => sentQuery.set(null), [])
  return page !== undefined
}

/**
 * Captures each query once, as typed. The results on screen can belong to an older query: on a slow device, results for
 * a word's first letters can stay for a second while the shopper finishes the word.
 * @param found whether the results on screen are the results for `asked`
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
      // If the shopper opens a product before the typing pause ends, the typed text is captured at once.
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
  // The search ranks equally relevant hits as for a new shopper. So a new shopper needn't wait until the device has
  // ranked them.
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

  const why = useMemo(() => [words('why.search', { query })], [query])

  return (
    <>
      <Suggestions found={found} />
      {items.length === 0 ? (
        <>
          <p className="empty" role="status">
            {words('search.none', { query })}
          </p>
          <Popular />
        </>
      ) : (
        <Assortment
          key={query}
          items={items}
          order={words('search.bestMatch')}
          label={words('search.list', { query })}
          departments
          settled={unavailable || ranked.settled}
          why={why}
          termsOf={termsOf}
        >
          {hits.length > 0 && (!hits[0].complete || hits[0].respelt) && (
            <p className="empty" role="status">
              {hits[0].complete
                ? words('search.respelt', { query })
                : searchWords('partly', { query })}
            </p>
          )}
        </Assortment>
      )}
    </>
  )
})

function Suggestions({ found: { query, ...found } }: ResultsProps) {
  const suggestions = found.suggestions.filter((text) => text !== query.toLowerCase())
  const { catalog } = useShop()
  const all = catalog.departments.map(({ name }) => name)
  const departments = categoriesBegun(all, query, departmentText)
  if (suggestions.length + departments.length === 0) return null
  return (
    // The key changes with the suggestions, so that React replaces the list instead of moving its entries.
    <ul
      key={suggestions.join('\n')}
      className="suggestions"
      aria-label={searchWords('suggestions')}
    >
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
            {words('search.department', { name: departmentText(name) })}
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** Moves the focus to the heading, because the pressed suggestion is gone with the old results. */
function focusHeading(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus())
}
