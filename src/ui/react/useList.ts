/** @module Hooks for lists of recommendations, which render again whenever the list changes. */

import type { ListOptions, ListQuery, RerankOptions } from '@nearside/core/ranking/apiLists.ts'
import { useDeferredValue, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ListChoice } from '../lists/listNames.ts'
import { type Asked, createListObserver, type ListState, LOADING } from '../lists/listObserver.ts'
import { usePersonalizationContext } from './context.ts'

const loading = () => LOADING

/** @param subject what the list is about; if it changes, the list starts empty instead of with the old items */
function useList(
  subject: string,
  query: ListQuery,
  { about, mayShow, choose }: Omit<Asked, 'query'>,
): ListState {
  const { personalizer } = usePersonalizationContext()
  const observer = useMemo(() => createListObserver(personalizer, subject), [personalizer, subject])
  // Queries are compared by value, so that inline options cause no new query. JSON has no Infinity, so Infinity is
  // replaced.
  const key = JSON.stringify(query, (_, value) => (value === Infinity ? Number.MAX_VALUE : value))
  useEffect(
    () => observer.ask({ query: JSON.parse(key), about, mayShow, choose }),
    [observer, key, about, mayShow, choose],
  )
  const state = useSyncExternalStore(observer.subscribe, observer.getSnapshot, loading)
  // The state is deferred, because React renders a store's change at once, and a dozen new cards would block a slow
  // phone.
  const shown = useDeferredValue(state)
  const deferred = useDeferredValue(observer)
  return deferred === observer ? shown : state
}

/** A list selected by the device. @param choose the shop's final change, which the caller applies to the items */
export function useChoice(query: ListChoice, choose?: Asked['choose']): ListState {
  const { mayShow } = usePersonalizationContext()
  // A basket is left out of the subject, so that the old list of a changed basket stays until the next answer.
  const item = 'item' in query && typeof query.item === 'string' ? query.item : ''
  const { category, from } = query.options ?? {}
  return useList(`${item} ${category} ${from}`, query, { mayShow, choose })
}

/** The best items for this shopper (with `order: 'base'`, the same list for everybody). */
export function useRecommendations(options: ListOptions = {}): ListState {
  return useChoice({ kind: 'recommend', options })
}

/** Items similar to `item`. */
export function useRelatedItems(item: string, options: ListOptions = {}): ListState {
  return useChoice({ kind: 'similar', item, options })
}

/** Items bought in the same orders as `item`, or as the items of a basket. */
export function useBoughtTogether(
  item: string | readonly string[],
  options: ListOptions = {},
): ListState {
  return useChoice({ kind: 'boughtTogether', item, options })
}

/** Sorts the given ids (a category, a search result) for this shopper. */
export function useRerank(
  ids: readonly string[],
  { limit, order, soldOut, page, rules }: RerankOptions = {},
): ListState & {
  /**
   * All given ids, each once, in the newest known sequence, without products that the shop no longer sells. Ids that
   * the answer lacks are at the end, in the given sequence, so that the list never flickers.
   */
  readonly ids: readonly string[]
  /**
   * Whether the answer on screen belongs to the current query; false while the screen shows the answer for other ids or
   * another `order`.
   */
  readonly current: boolean
} {
  const { itemOf } = usePersonalizationContext()
  const given = JSON.stringify(ids)
  const options = { order, soldOut, page, rules }
  const key = `${given}\n${JSON.stringify(options)}`
  const query: ListQuery = { kind: 'rerank', items: ids, options }
  const state = useList('', query, { about: key })
  return useMemo(() => {
    const wanted = new Set<string>(JSON.parse(given))
    for (const id of wanted) if (!soldOut && itemOf(id)?.available === false) wanted.delete(id)
    const items = state.items.filter(({ id }) => wanted.has(id))
    // If the answer is to exactly these ids, an id missing from it is unavailable and left out.
    const rest = state.about.startsWith(`${given}\n`) ? [] : wanted
    const complete = new Set([...items.map(({ id }) => id), ...rest])
    const current = state.about === key
    return { ...state, items: items.slice(0, limit), ids: [...complete], current }
  }, [state, given, key, limit, soldOut, itemOf])
}
