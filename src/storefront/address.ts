/**
 * @module What of a page's address is the shopper's own business: what is searched for, filters,
 * sorting. It stands in the fragment, which a browser never sends: reloads, links and "back" keep it,
 * and no server reads it.
 */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { navigate } from 'wouter/use-browser-location'

/** As they stood in the query once, and still do in old links. */
const NAMES = ['q', 'in', 'price', 'stock', 'sort', 'show', 'shopper']

const readFragment = () => new URLSearchParams(location.hash.slice(1))

/**
 * Moves an old link's choices out of the query, before anything reads them. Whoever answered the link
 * has seen them by then; no later request carries them.
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

/** The router's patched history tells of the second and third. */
const CHANGES = ['popstate', 'pushState', 'replaceState', 'hashchange'] as const

function subscribe(listener: () => void): () => void {
  for (const name of CHANGES) addEventListener(name, listener)
  return () => {
    for (const name of CHANGES) removeEventListener(name, listener)
  }
}

type Change = (choices: URLSearchParams) => void

/** The choices in the address, and how to change them; by default, "back" takes a change back. */
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
