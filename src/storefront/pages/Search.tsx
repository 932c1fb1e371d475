/** @module `/search?q=`: results while one types, in personal order inside bands of equal relevance. */
import { useEffect, useMemo } from 'react'
import { Link, useSearchParams } from 'wouter'
import { useRerank } from '../../react.ts'
import { blend } from '../../search/index.ts'
import { Assortment } from '../parts/Assortment.tsx'
import { Page } from '../parts/Page.tsx'
import { searchPath } from '../parts/SearchBox.tsx'
import { Popular } from '../parts/shelves.tsx'
import { order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useStored } from '../stored.ts'

/** A query is one when the typing rests, not at every letter. */
const REST_MS = 800

export function Search() {
  const [params] = useSearchParams()
  const query = (params.get('q') ?? '').trim()
  const { catalogue, capture } = useShop()
  const hits = useMemo(() => catalogue.search().find(query, 500), [catalogue, query])
  const suggestions = useMemo(
    () =>
      catalogue
        .search()
        .suggest(query, 6)
        .filter((text) => text !== query.toLowerCase()),
    [catalogue, query],
  )
  const ids = useMemo(() => hits.map((hit) => hit.id), [hits])
  const ranked = useRerank(ids, { order: useStored(order) })
  const blended = useMemo(
    () => blend(hits, ranked.status === 'ready' ? ranked.ids : []),
    [hits, ranked.status, ranked.ids],
  )
  const items = useMemo(
    () => blended.flatMap((hit) => catalogue.get(hit.id) ?? []),
    [blended, catalogue],
  )
  const terms = useMemo(() => new Map(hits.map((hit) => [hit.id, hit.terms])), [hits])

  useEffect(() => {
    if (query === '') return
    const timer = setTimeout(() => capture({ name: 'search', search_term: query }), REST_MS)
    return () => clearTimeout(timer)
  }, [query, capture])

  if (query === '') {
    return (
      <Page title="Search">
        <p className="empty">Type a word: a thing, a colour, an occasion, an item number.</p>
        <Popular />
      </Page>
    )
  }
  return (
    <Page title={`Search: ${query}`} heading={<>Results for “{query}”</>}>
      {suggestions.length > 0 && (
        <ul className="suggestions" aria-label="Suggestions">
          {suggestions.map((text) => (
            <li key={text}>
              <Link href={searchPath(text)} className="chip" onClick={focusHeading}>
                {text}
              </Link>
            </li>
          ))}
        </ul>
      )}
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
          settled={ranked.status === 'ready'}
          termsOf={(id) => terms.get(id) ?? []}
        />
      )}
    </Page>
  )
}

/** The chip is gone with the old results, and with it the focus. */
function focusHeading(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus())
}
