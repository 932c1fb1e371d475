/** @module The lists that the page watches. Those begun or ended in one turn go to the worker together. */
import { NearsideError } from '../core/error.ts'
import type { ListAnswer, ListQuery } from '../core/ranking/apiLists.ts'
import type { Personalizer } from '../device/api.ts'
import type { WatchedList, WatchedQuery } from '../device/messages.ts'

/** @param send resolves with the lists that were begun, as they are now */
export function createPageLists(
  send: (queries: readonly WatchedQuery[]) => Promise<readonly WatchedList[]>,
) {
  const watched = new Map<number, { query: ListQuery; listener: (answer: ListAnswer) => void }>()
  const unsent = new Map<number, ListQuery | null>()
  let ids = 0

  function register(id: number, query: ListQuery | null): void {
    if (unsent.size === 0) queueMicrotask(sendAll)
    unsent.set(id, query)
  }

  async function sendAll(): Promise<void> {
    const queries = [...unsent].map(([id, query]) => ({ id, query }))
    unsent.clear()
    if (queries.length === 0) return
    try {
      deliver(await send(queries))
    } catch (thrown) {
      const error = NearsideError.from(thrown, 'worker-failed', 'A list failed')
      for (const { id } of queries) watched.get(id)?.listener({ error })
    }
  }

  /** Hands on what was posted; what is no longer watched is dropped. */
  function deliver(lists: readonly WatchedList[]): void {
    for (const list of lists) {
      watched
        .get(list.id)
        ?.listener('items' in list ? list : { error: NearsideError.fromWire(list.error) })
    }
  }

  const watch: Personalizer['watch'] = (query, listener) => {
    const id = ids++
    watched.set(id, { query, listener })
    register(id, query)
    return () => {
      if (!watched.delete(id)) return
      // Begun and ended in one turn: nothing is sent.
      if (unsent.get(id)) unsent.delete(id)
      else register(id, null)
    }
  }

  /** Begins all of them again: whoever knew of them is gone. */
  function again(): void {
    for (const [id, { query }] of watched) register(id, query)
  }

  return { watch, deliver, again }
}
