/** @module Hooks for lists of recommendations; all of them keep themselves up to date. */
import { useDeferredValue, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ListOptions, Personalizer, RerankOptions } from '../../device/api.ts'
import { usePersonalizationContext } from './context.ts'
import { fillList } from './fillList.ts'
import { createListObserver, type ListQuestion, type ListState, LOADING } from './listObserver.ts'
import { usePersonalizer } from './usePersonalizer.ts'

const loading = () => LOADING

/** `subject`: what the list is about; another subject starts with an empty list, not the old one. */
function useList(subject: string, question: ListQuestion, about = ''): ListState {
  const personalizer = usePersonalizer()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new subject needs a new observer
  const observer = useMemo(() => createListObserver(personalizer), [personalizer, subject])
  useEffect(() => observer.ask(question, about), [observer, question, about])
  const state = useSyncExternalStore(observer.subscribe, observer.getSnapshot, loading)
  // A store's changes are drawn in one go, which a dozen new cards make long on a slow phone; what is
  // deferred is drawn in slices.
  const shown = useDeferredValue(state)
  const deferred = useDeferredValue(observer)
  return deferred === observer ? shown : state
}

/** A list of the device's choice. `ask` may depend on the subject only. */
function useChoice(
  subject: string,
  options: ListOptions,
  ask: (personalizer: Personalizer, options: ListOptions) => ReturnType<ListQuestion>,
): ListState {
  const { mayShow } = usePersonalizationContext()
  const key = JSON.stringify(options)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the subject stands for `ask`
  const question = useMemo<ListQuestion>(
    () => (personalizer) =>
      fillList((options) => ask(personalizer, options), JSON.parse(key), mayShow),
    [subject, key, mayShow],
  )
  return useList(`${subject} ${options.category}`, question)
}

/** The best items for this shopper (or, with `order: 'base'`, the shop's own order). */
export function useRecommendations(options: ListOptions = {}): ListState {
  return useChoice('', options, (personalizer, options) => personalizer.recommend(options))
}

/** Items like this one. */
export function useRelatedItems(item: string, options: ListOptions = {}): ListState {
  return useChoice(item, options, (personalizer, options) => personalizer.similar(item, options))
}

/** Items bought in the same orders as this one. */
export function useBoughtTogether(item: string, options: ListOptions = {}): ListState {
  return useChoice(item, options, (personalizer, options) =>
    personalizer.boughtTogether(item, options),
  )
}

/** A given list in its new order. */
export interface RerankState extends ListState {
  /**
   * Every given id exactly once, at any time: in the newest order known for it; ids for which there
   * is no answer yet stand at the end as given. A list shown from these never blinks. Products that
   * the shop no longer sells are left out.
   */
  readonly ids: readonly string[]
}

/** Orders given ids (a category, a search result) for this shopper. */
export function useRerank(
  ids: readonly string[],
  { limit, order, soldOut }: RerankOptions = {},
): RerankState {
  const { itemOf } = usePersonalizationContext()
  const key = JSON.stringify(ids)
  const question = useMemo<ListQuestion>(
    () => (personalizer) => personalizer.rerank(JSON.parse(key), { order, soldOut }),
    [key, order, soldOut],
  )
  const state = useList('', question, key)
  return useMemo(() => {
    const given: readonly string[] = JSON.parse(key)
    const wanted = new Set(given.filter((id) => soldOut || itemOf(id)?.available !== false))
    const items = state.items.filter(({ id }) => wanted.has(id))
    // Asked for exactly these: what the answer leaves out is not to be had.
    const rest = state.about === key ? [] : wanted
    const complete = new Set([...items.map(({ id }) => id), ...rest])
    return { ...state, items: items.slice(0, limit), ids: [...complete] }
  }, [state, key, limit, soldOut, itemOf])
}
