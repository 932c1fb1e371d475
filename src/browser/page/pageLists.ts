/**
 * @module Lists that a page requests or watches. All watches that start or end in one turn of the event loop go to the
 * worker in one message. If no worker will answer any more, lists come in the catalog's sequence.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { ListAnswer, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import {
  type CatalogOrder,
  EMPTY_ORDER,
  listWithoutModel,
  orderOf,
} from '@nearside/core/ranking/catalogOrder.ts'
import type { WatchedList, WatchedQuery } from '../messages.ts'
import { PLAIN, TIMEOUT } from '../transport/browserFetch.ts'
import type { WorkerLink } from './workerLink.ts'

interface PageListsInputs {
  readonly call: WorkerLink['call']
  /** Whether the page is open, but no worker will answer any more. */
  readonly isDown: () => boolean
  /** The catalog's items in sequence; null if only the catalog's address is known. */
  readonly order: CatalogOrder | null
  /** Fetches the catalog's items in sequence; null if the page can't fetch them. */
  readonly fetchOrder: (() => ReturnType<typeof fetchOrder>) | null
  readonly notify: (error: NearsideError) => void
}

export class PageLists {
  readonly #inputs: PageListsInputs
  readonly #watched = new Map<
    number,
    { readonly query: ListQuery; readonly listener: (answer: ListAnswer) => void }
  >()
  /** Watches that start or, with null, end in this turn of the event loop. */
  readonly #unsent = new Map<number, ListQuery | null>()
  #nextId = 0
  /** The catalog's items in sequence, as the worker last sent them; null if they are unknown. */
  order: CatalogOrder | null
  #fetching: Promise<void> | null = null

  constructor(inputs: PageListsInputs) {
    this.#inputs = inputs
    this.order = inputs.order
  }

  async list(query: ListQuery): Promise<readonly Recommendation[]> {
    try {
      return await this.#inputs.call('list', [query])
    } catch (error) {
      if (this.#inputs.isDown()) return this.#inOrder(query)
      throw error
    }
  }

  watch(query: ListQuery, listener: (answer: ListAnswer) => void): () => void {
    const id = this.#nextId++
    this.#watched.set(id, { query, listener })
    this.#register(id, query)
    return () => {
      if (!this.#watched.delete(id)) return
      // If a watch starts and ends in one turn of the event loop, nothing is sent.
      if (this.#unsent.get(id)) this.#unsent.delete(id)
      else this.#register(id, null)
    }
  }

  /** Sends all watches to a new worker, after the worker that had them was lost. */
  again(): void {
    for (const [id, { query }] of this.#watched) this.#register(id, query)
  }

  deliver(lists: readonly WatchedList[]): void {
    for (const list of lists) {
      this.#watched
        .get(list.id)
        ?.listener('items' in list ? list : { error: NearsideError.fromWire(list.error) })
    }
  }

  #register(id: number, query: ListQuery | null): void {
    if (this.#unsent.size === 0) queueMicrotask(() => this.#sendAll())
    this.#unsent.set(id, query)
  }

  async #sendAll(): Promise<void> {
    const queries = [...this.#unsent].map(([id, query]) => ({ id, query }))
    this.#unsent.clear()
    if (queries.length === 0) return
    try {
      this.deliver(await this.#send(queries))
    } catch (thrown) {
      const error = NearsideError.from(thrown, 'worker-failed', 'A list failed')
      for (const { id } of queries) this.#watched.get(id)?.listener({ error })
    }
  }

  /** @returns the lists whose watches begin, with their current items */
  async #send(queries: readonly WatchedQuery[]): Promise<readonly WatchedList[]> {
    try {
      return await this.#inputs.call('watch', [queries])
    } catch (error) {
      if (!this.#inputs.isDown()) throw error
      const wanted = queries.flatMap(({ id, query }) => (query ? [{ id, query }] : []))
      return Promise.all(
        wanted.map(async ({ id, query }) => ({ id, items: await this.#inOrder(query) })),
      )
    }
  }

  /** List in the catalog's sequence. If no worker has sent the catalog, the page fetches it. */
  async #inOrder(query: ListQuery): Promise<readonly Recommendation[]> {
    const { fetchOrder, notify } = this.#inputs
    if (!this.order && fetchOrder) {
      this.#fetching ??= fetchOrder().then(
        (order) => {
          this.order = order
        },
        (error) => {
          notify(error)
          this.#fetching = null
        },
      )
      await this.#fetching
    }
    return listWithoutModel(this.order ?? EMPTY_ORDER, query)
  }
}

/**
 * Fetches the catalog, from the address that the shop declared, for a page in which neither the worker nor its
 * replacement runs. No log has this request, because such a page has no log.
 * @throws NearsideError `model-unreachable`
 */
export async function fetchOrder(
  fetch: typeof globalThis.fetch,
  url: string,
): Promise<CatalogOrder> {
  try {
    const response = await fetch(url, { ...PLAIN, signal: AbortSignal.timeout(TIMEOUT) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return orderOf(await response.json())
  } catch (error) {
    throw NearsideError.from(error, 'model-unreachable', `No catalog from ${url}`)
  }
}
