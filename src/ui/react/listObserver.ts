/**
 * @module A list that follows the personalizer: drops answers to questions no longer asked, keeps the
 * old list until the new one is there. Headless; the hooks are `useSyncExternalStore` over it.
 */

import type { ErrorCode } from '../../core/error.ts'
import type { ListAnswer, ListQuery, Recommendation } from '../../core/ranking/apiLists.ts'
import { limitOf } from '../../core/ranking/listLimit.ts'
import type { Personalizer } from '../../device/api.ts'

/** A list as it is now. */
export interface ListState {
  /** Best first. */
  readonly items: readonly Recommendation[]
  /** `loading` only until the first answer: after that the old list stays while the next is sought. */
  readonly status: 'loading' | 'ready' | 'error'
  /** One clear line, when the list can't be had. */
  readonly error: string | null
  /** Of that error; `worker-failed` for what is none of ours. */
  readonly code: ErrorCode | null
  /** What `ask` said that the list is about, else what the observer is for. */
  readonly about: string
}

export interface Asked {
  readonly query: ListQuery
  /** Given back in the state, with the answer. */
  readonly about?: string
  /**
   * Left out is what the page can't show. So many more are asked for then that the list is full all the
   * same, or there are no more: the device may know products that the page does not.
   */
  readonly mayShow?: (id: string) => boolean
  /** The shop's last word over the list; what it leaves out is made up for in the same way. */
  readonly choose?: (items: readonly Recommendation[]) => readonly Recommendation[]
}

export interface ListObserver {
  /** Follows another list from now on; what is the same as before is not asked for again. */
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
 * Nothing is asked before the first subscriber nor after the last; null: stays loading.
 * @param subject another one wants an observer of its own: its list begins empty, not with the old one
 */
export function createListObserver(personalizer: Personalizer | null, subject = ''): ListObserver {
  const listeners = new Set<() => void>()
  let asked: Asked | null = null
  /** Times the limit that was asked for. */
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
      // Whoever has the last word is given all there is to choose from.
      const shown = choose ? items : items.slice(0, limit)
      set({ ...LOADING, items: shown, status: 'ready', about })
    }
  }

  function set(next: ListState): void {
    // An unchanged list keeps its identity, so that nothing below renders again.
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
