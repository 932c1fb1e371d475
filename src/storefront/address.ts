/**
 * @module The shopper's choices in a page's address: search, filters, sorting. They are in the fragment, which browsers
 * never send, so no server reads them. Reloads, links and "back" keep them.
 */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { navigate } from 'wouter/use-browser-location'
import { createSignal } from './signal.ts'

/** Query that the shopper sent with Enter on the results page; null while they type. */
export const sentQuery = createSignal<string | null>(null)

/** Parameters that old links have in the query instead of the fragment. */
const NAMES = ['q', 'in', 'price', 'stock', 'sort', 'show', 'shopper']

const readFragment = () => new URLSearchParams(location.hash.slice(1))

/**
 * Moves an old link's choices from the query to the fragment, before any other code reads them. The request for the
 * page has already sent these choices to the server, but later requests don't contain them.
 */
export function hideChoices(): void {
  const query = new URLSearchParams(location.search)
  if (!NAMES.some((name) => query.has(name))) return
  const choices = readFragment()
  for (const name of NAMES) {
    for (const value of query.getAll(name)) choices.append(name, value)
    query.delete(name)
  }
  const rest = query.size > 0 ? `?${query}` : ''
  history.replaceState(history.state, '', `${location.pathname}${rest}#${choices}`)
}

/** Events of address changes. The router patches `history` to fire `pushState` and `replaceState`. */
const CHANGES = ['popstate', 'pushState', 'replaceState', 'hashchange'] as const

function subscribe(listener: () => void): () => void {
  for (const name of CHANGES) addEventListener(name, listener)
  return () => {
    for (const name of CHANGES) removeEventListener(name, listener)
  }
}

type Change = (choices: URLSearchParams) => void

/**
 * Returns the choices in the address, and a function that changes them. By default each change adds a history entry, so
 * that "back" undoes it.
 */
export function useChoices() {
  const fragment = useSyncExternalStore(
    subscribe,
    () => location.hash.slice(1),
    () => '',
  )
  const choices = useMemo(() => new URLSearchParams(fragment), [fragment])
  const choose = useCallback((change: Change, options?: { readonly replace: boolean }) => {
    const next = readFragment()
    change(next)
    for (const [name, value] of [...next]) if (value === '') next.delete(name, value)
    const hash = next.size > 0 ? `#${next}` : ''
    navigate(`${location.pathname}${location.search}${hash}`, options)
  }, [])
  return [choices, choose] as const
}
