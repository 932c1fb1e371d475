/** @module Lists that the page watches. Watches started or ended in one turn go to the worker in one message. */
import { NearsideError } from '../core/error.ts'
import type { ListAnswer, ListQuery } from '../core/ranking/apiLists.ts'
import type { Personalizer } from '../device/api.ts'
import type { WatchedList, WatchedQuery } from '../device/messages.ts'

/** @param send resolves with the current items of the new lists */
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

  /** Passes posted lists to their listeners; drops lists that are no longer watched. */
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
      // Started and ended in one turn: nothing is sent.
      if (unsent.get(id)) unsent.delete(id)
      else register(id, null)
    }
  }

  /** Starts all watches again, after the worker that knew them was lost. */
  function again(): void {
    for (const [id, { query }] of watched) register(id, query)
  }

  return { watch, deliver, again }
}
