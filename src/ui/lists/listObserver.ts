/**
 * @module A list that follows the personalizer. It drops answers to outdated queries and shows the old list until
 * the new one arrives. Headless; the hooks are `useSyncExternalStore` over it.
 */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import type { ListAnswer, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { limitOf } from '@nearside/core/ranking/listQuery.ts'

/** Current state of a list. */
export interface ListState {
  /** Items, best first. */
  readonly items: readonly Recommendation[]
  /** `loading` only until the first answer; later the old list stays until the next answer. */
  readonly status: 'loading' | 'ready' | 'error'
  /** One line about the error, when the list is unavailable. */
  readonly error: string | null
  /** Code of that error; `worker-failed` for errors other than NearsideError. */
  readonly code: ErrorCode | null
  /** Subject of the list as passed to `ask`, else the observer's subject. */
  readonly about: string
}

export interface Asked {
  readonly query: ListQuery
  /** Subject, returned in the state with the answer. */
  readonly about?: string
  /**
   * Filter for items that the page can't show. The observer then requests more items until the list is full or none
   * are left, because the device may know products that the page doesn't.
   */
  readonly mayShow?: (id: string) => boolean
  /** The shop's final change to the list; items that it removes are replaced in the same way. */
  readonly choose?: (items: readonly Recommendation[]) => readonly Recommendation[]
}

export interface ListObserver {
  /** Switches to another query; an equal query is not sent again. */
  ask(asked: Asked): void
  subscribe(listener: () => void): () => void
  getSnapshot(): ListState
}

export const LOADING: ListState = {
  items: [],
  status: 'loading',
  error: null,
  code: null,
  about: '',
}

/**
 * Creates an observer. It sends queries only while it has subscribers; with null it stays `loading`.
 * @param subject a new subject needs a new observer, so that its list starts empty instead of with the old list
 */
export function createListObserver(personalizer: Personalizer | null, subject = ''): ListObserver {
  const listeners = new Set<() => void>()
  let asked: Asked | null = null
  /** Factor of the requested limit. */
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
      // With `choose`, the state holds all items to choose from, and the widget cuts the list.
      const shown = choose ? items : items.slice(0, limit)
      set({ ...LOADING, items: shown, status: 'ready', about })
    }
  }

  function set(next: ListState): void {
    // An unchanged list keeps its identity, so that components don't render again.
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    for (const listener of listeners) listener()
  }

  return {
    ask(next) {
      const same = asked !== null && JSON.stringify(asked.query) === JSON.stringify(next.query)
      asked = next
      if (same) return show()
      factor = next.choose ? 2 : 1
      watch()
    },
    subscribe(listener) {
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
