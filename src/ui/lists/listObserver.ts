/**
 * @module Observer of one list, without any rendering. The observer drops answers to outdated queries, and keeps the
 * old list until the new list arrives.
 */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import type { ListAnswer, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { limitOf } from '@nearside/core/ranking/listQuery.ts'

/** Current state of a list. */
export interface ListState {
  /** Items, best first. */
  readonly items: readonly Recommendation[]
  /** A list is `loading` only until the first answer; later the old list stays until the next answer. */
  readonly status: 'loading' | 'ready' | 'error'
  /** Message, one line, of the error that makes the list unavailable; null without an error. */
  readonly error: string | null
  /** Code of the error; `worker-failed` for an error other than a NearsideError. */
  readonly code: ErrorCode | null
  /** Subject of the list: `Asked.about` of the answered query, else the observer's `subject`. */
  readonly about: string
}

export interface Asked {
  readonly query: ListQuery
  /** Subject of the list; `state.about` has it once this query is answered. */
  readonly about?: string
  /**
   * Whether the page can show an item, since the device can know more products than the page. The observer requests
   * further items until the list is full or no items are left.
   */
  readonly mayShow?: (id: string) => boolean
  /** The shop's final change to the list. If the change removes items, the observer requests further items, too. */
  readonly choose?: (items: readonly Recommendation[]) => readonly Recommendation[]
}

export type ListObserver = ReturnType<typeof createListObserver>

export const LOADING: ListState = {
  items: [],
  status: 'loading',
  error: null,
  code: null,
  about: '',
}

/**
 * The observer sends queries only while it has subscribers. Without a personalizer, it stays `loading`.
 * @param subject what the list is about; another subject needs another observer, so that its list starts empty
 */
export function createListObserver(personalizer: Personalizer | null, subject = '') {
  const listeners = new Set<() => void>()
  let asked: Asked | null = null
  /** Number of items to request, as a multiple of `limit`. */
  let factor = 1
  let answer: ListAnswer | null = null
  let state: ListState = { ...LOADING, about: subject }
  let unwatch: (() => void) | null = null

  function watch(): void {
    stop()
    if (!personalizer || !asked || listeners.size === 0) return
    unwatch = personalizer.watch(atLeast(asked.query, factor), (next) => {
      answer = next
      show()
    })
  }

  function stop(): void {
    unwatch?.()
    unwatch = null
    answer = null
  }

  function show(): void {
    if (!asked || !answer) return
    const { about = subject, choose, mayShow = () => true, query } = asked
    if ('error' in answer) {
      const { code, message } = answer.error
      set({ ...state, status: 'error', error: message, code })
      return
    }
    const limit = limitOf(query)
    const items = answer.items.filter(({ id }) => mayShow(id))
    const chosen = choose ? choose(items) : items
    if (chosen.length < limit && answer.items.length >= limit * factor) {
      factor *= 2
      watch()
    } else {
      // With `choose`, the state has all items to choose from; the widget calls `choose` and shortens the list.
      const shown = choose ? items : items.slice(0, limit)
      set({ ...LOADING, items: shown, status: 'ready', about })
    }
  }

  function set(next: ListState): void {
    // An unchanged list keeps the same object, so that components don't render again.
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    for (const listener of listeners) listener()
  }

  return {
    /** Switches to another query; an equal query is not sent again. */
    ask(next: Asked) {
      const same = asked !== null && JSON.stringify(asked.query) === JSON.stringify(next.query)
      asked = next
      if (same) return show()
      factor = next.choose ? 2 : 1
      watch()
    },
    subscribe(listener: () => void) {
      listeners.add(listener)
      if (listeners.size === 1) watch()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
    getSnapshot: () => state,
  }
}

function atLeast(query: ListQuery, factor: number): ListQuery {
  if (factor === 1) return query
  return { ...query, options: { ...query.options, limit: limitOf(query) * factor } }
}
