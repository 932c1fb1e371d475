/** @module Wraps a personalizer and records each list that the page requests, its answers and their timings. */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { ListAnswer, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'

export interface ListRecord {
  readonly query: ListQuery
  /** Whether the list is watched; false for a list requested once, e.g. by `recommend`. */
  readonly watched: boolean
  /** Milliseconds from the request to its first answer; null until the answer arrives. */
  milliseconds: number | null
  answers: number
  items: readonly Recommendation[]
  error: string | null
}

/** Maximum number of recorded lists that were requested once, without `watch`. */
const KEPT = 10

/**
 * @param now clock in milliseconds; only differences are used
 * @param changed callback after each request, each answer, and each end of a watched list
 */
export function recorder(
  personalizer: Personalizer,
  now: () => number,
  changed: () => void,
): { readonly personalizer: Personalizer; readonly lists: () => readonly ListRecord[] } {
  const lists = new Set<ListRecord>()

  function ask(query: ListQuery, watched: boolean) {
    const asked = now()
    const record: ListRecord = {
      query,
      watched,
      milliseconds: null,
      answers: 0,
      items: [],
      error: null,
    }
    lists.add(record)
    const once = [...lists].filter((one) => !one.watched)
    for (const old of once.slice(0, -KEPT)) lists.delete(old)
    changed()
    function hear(answer: ListAnswer): void {
      record.milliseconds ??= now() - asked
      record.answers++
      if ('items' in answer) Object.assign(record, { items: answer.items, error: null })
      else record.error = answer.error.message
      changed()
    }
    return { record, hear }
  }

  async function once(
    query: ListQuery,
    list: () => Promise<readonly Recommendation[]>,
  ): Promise<readonly Recommendation[]> {
    const { hear, record } = ask(query, false)
    try {
      const items = await list()
      hear({ items })
      return items
    } catch (error) {
      record.error = (error as Error).message
      changed()
      throw error
    }
  }

  return {
    lists: () => [...lists],
    personalizer: {
      ...personalizer,
      recommend: (options) =>
        once({ kind: 'recommend', options }, () => personalizer.recommend(options)),
      similar: (item, options) =>
        once({ kind: 'similar', item, options }, () => personalizer.similar(item, options)),
      boughtTogether: (item, options) =>
        once({ kind: 'boughtTogether', item, options }, () =>
          personalizer.boughtTogether(item, options),
        ),
      rerank: (items, options) =>
        once({ kind: 'rerank', items, options }, () => personalizer.rerank(items, options)),
      watch(query, listener) {
        const { record, hear } = ask(query, true)
        const stop = personalizer.watch(query, (answer) => {
          hear(answer)
          listener(answer)
        })
        return () => {
          lists.delete(record)
          changed()
          stop()
        }
      },
    },
  }
}
