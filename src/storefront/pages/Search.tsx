/** @module `/search?q=`: results while one types, in personal order inside bands of equal relevance. */
import { memo, startTransition, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { blend, type ProductSearch } from '../../search/index.ts'
import { Assortment } from '../parts/Assortment.tsx'
import { Page } from '../parts/Page.tsx'
import { searchPath } from '../parts/SearchBox.tsx'
import { Popular } from '../parts/shelves.tsx'
import { useShop } from '../shop.ts'
import { useSteadyOrder } from '../useSteadyOrder.ts'

/** A query is one when the typing rests, not at every letter. */
const REST_MS = 800

export function Search() {
  const [params] = useSearchParams()
  const asked = (params.get('q') ?? '').trim()
  // What is typed shows at once; the results follow, without holding up the next letter.
  const query = useDeferredValue(asked)
  const { catalogue } = useShop()
  const [search, setSearch] = useState<ProductSearch | null>(null)
  useEffect(() => {
    let left = false
    catalogue.search().then((ready) => {
      if (!left) startTransition(() => setSearch(ready))
    })
    return () => {
      left = true
    }
  }, [catalogue])

  if (query === '') {
    return (
      <Page title="Search">
        <p className="empty">Type a word: a thing, a colour, an occasion, an item number.</p>
        <Popular />
      </Page>
    )
  }
  if (!search) {
    return (
      <Page title={`Search: ${query}`} heading={<>Results for “{query}”</>}>
        <p className="empty" role="status">
          Looking …
        </p>
      </Page>
    )
  }
  return <Results query={query} search={search} />
}

interface ResultsProps {
  readonly query: string
  readonly search: ProductSearch
}

const Results = memo(function Results({ query, search }: ResultsProps) {
  const { catalogue, capture, unavailable } = useShop()
  const hits = useMemo(() => search.find(query, 500), [search, query])
  const ids = useMemo(() => hits.map((hit) => hit.id), [hits])
  const ranked = useSteadyOrder(query, ids)
  const blended = useMemo(
    () => blend(hits, ranked.settled ? ranked.ids : []),
    [hits, ranked.settled, ranked.ids],
  )
  const items = useMemo(
    () => blended.flatMap((hit) => catalogue.get(hit.id) ?? []),
    [blended, catalogue],
  )
  const termsOf = useMemo(() => {
    const terms = new Map(hits.map((hit) => [hit.id, hit.terms]))
    return (id: string) => terms.get(id)
  }, [hits])

  useEffect(() => {
    let said = false
    const say = () => {
      said = true
      capture({ name: 'search', search_term: query })
    }
    const timer = setTimeout(say, REST_MS)
    return () => {
      clearTimeout(timer)
      // Whoever goes on to a product before the rest is over meant what they had typed.
      if (!said && location.pathname !== '/search') say()
    }
  }, [query, capture])

  return (
    <Page title={`Search: ${query}`} heading={<>Results for “{query}”</>}>
      <Suggestions query={query} search={search} />
      {items.length === 0 ? (
        <>
          <p className="empty" role="status">
            No product matches “{query}”. Try fewer letters or another word; meanwhile:
          </p>
          <Popular />
        </>
      ) : (
        <Assortment
          key={query}
          items={items}
          order="Best match"
          label={`Results for ${query}`}
          departments
          settled={unavailable !== null || ranked.settled}
          termsOf={termsOf}
        />
      )}
    </Page>
  )
})

/** By itself, so that React can let the page breathe between the finding and the suggesting. */
function Suggestions({ query, search }: ResultsProps) {
  const suggestions = useMemo(
    () => search.suggest(query, 6).filter((text) => text !== query.toLowerCase()),
    [search, query],
  )
  if (suggestions.length === 0) return null
  return (
    <ul className="suggestions" aria-label="Suggestions">
      {suggestions.map((text) => (
        <li key={text}>
          <Link href={searchPath(text)} className="chip" onClick={focusHeading}>
            {text}
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
