/** @module Hooks for lists of recommendations; all of them keep themselves up to date. */
import { useDeferredValue, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ListOptions } from '../personalizer/api.ts'
import { createListObserver, type ListQuestion, type ListState, LOADING } from './listObserver.ts'
import { usePersonalizer } from './usePersonalizer.ts'

const loading = () => LOADING

/** `subject`: what the list is about; another subject starts with an empty list, not the old one. */
function useList(subject: string, question: ListQuestion): ListState {
  const personalizer = usePersonalizer()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new subject needs a new observer
  const observer = useMemo(() => createListObserver(personalizer), [personalizer, subject])
  useEffect(() => observer.ask(question), [observer, question])
  const state = useSyncExternalStore(observer.subscribe, observer.getSnapshot, loading)
  // A store's changes are drawn in one go, which a dozen new cards make long on a slow phone; what is
  // deferred is drawn in slices.
  const shown = useDeferredValue(state)
  const about = useDeferredValue(observer)
  return about === observer ? shown : state
}

/** The best items for this shopper (or, with `order: 'base'`, the shop's own order). */
export function useRecommendations(options: ListOptions = {}): ListState {
  const key = JSON.stringify(options)
  const question = useMemo<ListQuestion>(
    () => (personalizer) => personalizer.recommend(JSON.parse(key)),
    [key],
  )
  return useList('recommend', question)
}

/** Items like this one. */
export function useRelatedItems(item: string, options: ListOptions = {}): ListState {
  const key = JSON.stringify(options)
  const question = useMemo<ListQuestion>(
    () => (personalizer) => personalizer.similar(item, JSON.parse(key)),
    [item, key],
  )
  return useList(item, question)
}

/** Items bought in the same orders as this one. */
export function useBoughtTogether(item: string, options: ListOptions = {}): ListState {
  const key = JSON.stringify(options)
  const question = useMemo<ListQuestion>(
    () => (personalizer) => personalizer.boughtTogether(item, JSON.parse(key)),
    [item, key],
  )
  return useList(item, question)
}

export interface RerankState extends ListState {
  /**
   * Every given id exactly once, at any time: in the newest order known for it; ids for which there
   * is no answer yet stand at the end as given. A list shown from these never blinks.
   */
  readonly ids: readonly string[]
}

/** Orders given ids (a category, a search result) for this shopper. */
export function useRerank(
  ids: readonly string[],
  options: Pick<ListOptions, 'limit' | 'order'> = {},
): RerankState {
  const idsKey = JSON.stringify(ids)
  const key = JSON.stringify(options)
  const question = useMemo<ListQuestion>(
    () => (personalizer) => personalizer.rerank(JSON.parse(idsKey), JSON.parse(key)),
    [idsKey, key],
  )
  const state = useList('rerank', question)
  return useMemo(() => {
    const wanted = new Set<string>(JSON.parse(idsKey))
    const items = state.items.filter((item) => wanted.has(item.id))
    const complete = new Set([...items.map((item) => item.id), ...wanted])
    return { ...state, items, ids: [...complete] }
  }, [state, idsKey])
}
