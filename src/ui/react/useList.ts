/** @module Hooks for lists of recommendations; all of them update themselves. */

import type { ListOptions, ListQuery, RerankOptions } from '@nearside/core/ranking/apiLists.ts'
import { useDeferredValue, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ListChoice } from '../lists/listNames.ts'
import { type Asked, createListObserver, type ListState, LOADING } from '../lists/listObserver.ts'
import { usePersonalizationContext } from './context.ts'

const loading = () => LOADING

/** `subject` is what the list is about; a new subject starts with an empty list, not with the old one. */
function useList(
  subject: string,
  query: ListQuery,
  { about, mayShow, choose }: Omit<Asked, 'query'>,
): ListState {
  const { personalizer } = usePersonalizationContext()
  const observer = useMemo(() => createListObserver(personalizer, subject), [personalizer, subject])
  // Compare by value, so that inline options cause no further queries. JSON has no infinity.
  const key = JSON.stringify(query, (_, value) => (value === Infinity ? Number.MAX_VALUE : value))
  useEffect(
    () => observer.ask({ query: JSON.parse(key), about, mayShow, choose }),
    [observer, key, about, mayShow, choose],
  )
  const state = useSyncExternalStore(observer.subscribe, observer.getSnapshot, loading)
  // React renders a store's changes in one go, which blocks a slow phone for a dozen new cards.
  // It renders a deferred value in slices.
  const shown = useDeferredValue(state)
  const deferred = useDeferredValue(observer)
  return deferred === observer ? shown : state
}

/**
 * A list that the device selects.
 * @param choose the shop's final change; the state has the items to choose from
 */
export function useChoice(query: ListChoice, choose?: Asked['choose']): ListState {
  const { mayShow } = usePersonalizationContext()
  // For a basket, the old list stays until the next answer.
  const item = 'item' in query && typeof query.item === 'string' ? query.item : ''
  const { category, from } = query.options ?? {}
  return useList(`${item} ${category} ${from}`, query, { mayShow, choose })
}

/** The best items for this shopper (or, with `order: 'base'`, the shop's own order). */
export function useRecommendations(options: ListOptions = {}): ListState {
  return useChoice({ kind: 'recommend', options })
}

/** Items like this one. */
export function useRelatedItems(item: string, options: ListOptions = {}): ListState {
  return useChoice({ kind: 'similar', item, options })
}

/** Items bought in the same orders as this item, or as several items. */
export function useBoughtTogether(
  item: string | readonly string[],
  options: ListOptions = {},
): ListState {
  return useChoice({ kind: 'boughtTogether', item, options })
}

/** Orders given ids (a category, a search result) for this shopper. */
export function useRerank(
  ids: readonly string[],
  { limit, order, soldOut, page, rules }: RerankOptions = {},
): ListState & {
  /**
   * Every given id exactly once, in the newest known order. Ids without an answer stand at the end, in the given
   * order. A list of these ids never flickers. Products that the shop no longer sells are left out.
   */
  readonly ids: readonly string[]
  /** False while the answer on screen belongs to another query: other ids or another order. */
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
    // This answer was for exactly these ids, so ids missing from it are unavailable.
    const rest = state.about.startsWith(`${given}\n`) ? [] : wanted
    const complete = new Set([...items.map(({ id }) => id), ...rest])
    const current = state.about === key
    return { ...state, items: items.slice(0, limit), ids: [...complete], current }
  }, [state, given, key, limit, soldOut, itemOf])
}
