/**
 * @module A list that follows the personalizer: asks again whenever the revision rises, drops
 * answers to questions no longer asked, keeps the old list until the new one is there. Headless;
 * the hooks are `useSyncExternalStore` over it.
 */
import type { Personalizer, Recommendation } from '../personalizer/api.ts'

export interface ListState {
  readonly items: readonly Recommendation[]
  /** `loading` only until the first answer: after that the old list stays while the next is sought. */
  readonly status: 'loading' | 'ready' | 'error'
  /** One clear line, when the last question failed. */
  readonly error: string | null
}

export type ListQuestion = (personalizer: Personalizer) => Promise<readonly Recommendation[]>

export interface ListObserver {
  /** Asks something else from now on; an answer still on its way to the old question is dropped. */
  ask(question: ListQuestion): void
  subscribe(listener: () => void): () => void
  getSnapshot(): ListState
}

export const LOADING: ListState = { items: [], status: 'loading', error: null }

/** Nothing is asked before the first subscriber nor after the last; null: stays loading. */
export function createListObserver(personalizer: Personalizer | null): ListObserver {
  const listeners = new Set<() => void>()
  let question: ListQuestion | null = null
  let state = LOADING
  /** Rises with each question, so that a late answer knows that it is late. */
  let ticket = 0
  let pending = false
  let askedAt = -1
  let unsubscribe: (() => void) | null = null

  function set(next: ListState): void {
    state = next
    for (const listener of listeners) listener()
  }

  async function run(): Promise<void> {
    if (!personalizer || !question || listeners.size === 0) return
    const mine = ++ticket
    pending = true
    askedAt = personalizer.getSnapshot().revision
    let next: ListState
    try {
      next = { items: await question(personalizer), status: 'ready', error: null }
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown)
      next = { items: state.items, status: 'error', error }
    }
    if (mine !== ticket) return
    pending = false
    if (!sameList(state, next)) set(next)
    follow()
  }

  /** One question at a time: what changes meanwhile is asked for after the answer, once. */
  function follow(): void {
    if (!pending && personalizer && personalizer.getSnapshot().revision !== askedAt) void run()
  }

  return {
    ask(next) {
      question = next
      void run()
    },
    subscribe(listener) {
      listeners.add(listener)
      if (listeners.size === 1 && personalizer) {
        unsubscribe = personalizer.subscribe(follow)
        if (question) void run()
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        unsubscribe?.()
        unsubscribe = null
        ticket++
        pending = false
      }
    },
    getSnapshot: () => state,
  }
}

/** An unchanged list keeps its identity, so that nothing below renders again. */
function sameList(a: ListState, b: ListState): boolean {
  return (
    a.status === b.status &&
    a.error === b.error &&
    a.items.length === b.items.length &&
    a.items.every((item, place) => sameItem(item, b.items[place]))
  )
}

function sameItem(a: Recommendation, b: Recommendation): boolean {
  return (
    a.id === b.id &&
    a.score === b.score &&
    a.baseRank === b.baseRank &&
    JSON.stringify(a.reason) === JSON.stringify(b.reason)
  )
}
