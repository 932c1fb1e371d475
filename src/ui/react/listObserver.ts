/**
 * @module A list that follows the personalizer: asks again whenever the revision rises, drops
 * answers to questions no longer asked, keeps the old list until the new one is there. Headless;
 * the hooks are `useSyncExternalStore` over it.
 */

import type { ErrorCode, WireError } from '../../core/error.ts'
import type { Personalizer, Recommendation } from '../../device/api.ts'

/** A list as it is now. */
export interface ListState {
  /** Best first. */
  readonly items: readonly Recommendation[]
  /** `loading` only until the first answer: after that the old list stays while the next is sought. */
  readonly status: 'loading' | 'ready' | 'error'
  /** One clear line, when the last question failed. */
  readonly error: string | null
  /** Of that error; `worker-failed` for what is none of ours. */
  readonly code: ErrorCode | null
  /** What `ask` said that the list is about. */
  readonly about: string
}

export type ListQuestion = (personalizer: Personalizer) => Promise<readonly Recommendation[]>

export interface ListObserver {
  /** Asks something else from now on; an answer still on its way to the old question is dropped. */
  ask(question: ListQuestion, about?: string): void
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

/** Nothing is asked before the first subscriber nor after the last; null: stays loading. */
export function createListObserver(personalizer: Personalizer | null): ListObserver {
  const listeners = new Set<() => void>()
  let question: ListQuestion | null = null
  let about = ''
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
    const subject = about
    pending = true
    askedAt = personalizer.getSnapshot().revision
    let next: ListState
    try {
      next = { ...LOADING, items: await question(personalizer), status: 'ready', about: subject }
    } catch (thrown) {
      const { code = 'worker-failed', message = String(thrown) } = thrown as Partial<WireError>
      next = { ...state, status: 'error', error: message, code }
    }
    if (mine !== ticket) return
    pending = false
    // An unchanged list keeps its identity, so that nothing below renders again.
    if (JSON.stringify(next) !== JSON.stringify(state)) set(next)
    follow()
  }

  /** One question at a time: what changes meanwhile is asked for after the answer, once. */
  function follow(): void {
    if (!pending && personalizer && personalizer.getSnapshot().revision !== askedAt) void run()
  }

  return {
    ask(next, nextAbout = '') {
      question = next
      about = nextAbout
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
