/**
 * @module What is known about the shopper: the events, in memory and in the store, and what follows
 * from them. When the store fails, the oldest events make room; when it still fails, all goes on in
 * memory.
 */

import { NearsideError } from '../../core/error.ts'
import type { EventDraft } from '../../core/events/capture.ts'
import { type CleaningReport, clean } from '../../core/events/clean.ts'
import type { ShopperEvent } from '../../core/events/event.ts'
import { type FindItems, fromEvents } from '../../core/events/history.ts'
import type { History } from '../../core/features/history.ts'
import { createMemoryDatabase } from '../storage/memory.ts'
import { createStore, type LedgerRow, type Settings, type Store } from '../storage/store.ts'
import type { Notices } from './notices.ts'

/** Share of the events that goes when the browser has no more room. */
const MAKE_ROOM = 0.2

export interface ShopperDeps {
  readonly store: Store
  readonly now: () => number
  readonly notices: Notices
  /** False for an item that neither catalogue nor model knows. */
  readonly known: (item: string) => boolean
  readonly rowOf: (item: string) => number | undefined
  /** What a query is about. */
  readonly find: FindItems
  readonly changed: () => void
}

export class Shopper {
  readonly #deps: ShopperDeps
  #store: Store
  #events: readonly ShopperEvent[] = []
  #invalid = 0
  #derived: { history: History; events: readonly ShopperEvent[]; report: CleaningReport } | null =
    null
  #waiting: { draft: EventDraft; settle: (event: ShopperEvent | null) => void }[] = []
  #writing: Promise<void> | null = null
  #moving: Promise<void> | null = null

  constructor(deps: ShopperDeps) {
    this.#deps = deps
    this.#store = deps.store
  }

  get store(): Store {
    return this.#store
  }

  /** All that was captured, ascending by time, uncleaned. */
  get events(): readonly ShopperEvent[] {
    return this.#events
  }

  get cleaned(): { readonly events: readonly ShopperEvent[]; readonly report: CleaningReport } {
    return this.#derive()
  }

  get history(): History {
    return this.#derive().history
  }

  /** Resolves when every event that was captured is stored. */
  async idle(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  /** To be called when catalogue or model changed: other items are known now. */
  refresh(): void {
    this.#derived = null
  }

  /** Reads everything anew, e.g. because another tab wrote. */
  async reload(): Promise<void> {
    // What is on its way to the store must not vanish from memory by an older reading.
    await this.#writing
    const { events, invalid } = await this.read((store) => store.events())
    this.#events = events
    this.#invalid = invalid
    this.#derived = null
  }

  /**
   * Resolves when the event is stored; null (and a notice) if even memory refused it. Events that
   * come while one is written share a transaction.
   */
  capture(draft: EventDraft): Promise<ShopperEvent | null> {
    return new Promise((settle) => {
      this.#waiting.push({ draft, settle })
      this.#writing ??= this.#write().finally(() => {
        this.#writing = null
      })
    })
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      const drafts = batch.map(({ draft }) => draft)
      let events: readonly ShopperEvent[]
      try {
        events = await this.attempt((store) => store.append(drafts))
      } catch (error) {
        this.#deps.notices.add(error, 'storage-unavailable', 'An event could not be kept')
        for (const { settle } of batch) settle(null)
        continue
      }
      const known = new Set(this.#events.map(({ id }) => id))
      const added = events.filter(({ id }) => !known.has(id))
      // Nearly always in order already; a clock that was set back is not.
      this.#events = [...this.#events, ...added].sort((a, b) => a.time - b.time)
      this.#derived = null
      batch.forEach(({ settle }, i) => void settle(events[i]))
      this.#deps.changed()
    }
  }

  async forget(concerns: (event: ShopperEvent) => boolean): Promise<number> {
    const gone = this.#events.filter(concerns).map(({ id }) => id)
    await this.attempt((store) => store.forget(gone))
    await this.reload()
    return gone.length
  }

  async putSetting<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
    await this.attempt((store) => store.putSetting(name, value))
  }

  /** Runs a write; makes room and tries again, and at last goes on in memory. */
  async attempt<T>(write: (store: Store) => Promise<T>): Promise<T> {
    const store = this.#store
    try {
      return await write(store)
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      const again = error.code === 'storage-full' ? await this.#makeRoom(write) : null
      if (again) return again.value
      await this.#goOnInMemory(store, error)
      return write(this.#store)
    }
  }

  /**
   * Runs a write that bears on what may leave: consent, budget, the entry of an upload. It is on disk
   * when it resolves; where it can't be, it is refused, and no memory stands in for the disk.
   * @throws NearsideError `storage-unavailable` | `storage-full`
   */
  async durably<T>(write: (store: Store) => Promise<T>): Promise<T> {
    if (this.#store.kind === 'memory')
      throw new NearsideError(
        'storage-unavailable',
        'This tab can keep nothing on disk: nothing is sent.',
      )
    return write(this.#store)
  }

  /** Runs a read; a store that can't be read is left for memory. */
  async read<T>(read: (store: Store) => Promise<T>): Promise<T> {
    const store = this.#store
    try {
      return await read(store)
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      await this.#goOnInMemory(store, error)
      return read(this.#store)
    }
  }

  async #makeRoom<T>(write: (store: Store) => Promise<T>): Promise<{ readonly value: T } | null> {
    try {
      const dropped = await this.#store.dropOldest(MAKE_ROOM)
      const value = await write(this.#store)
      this.#events = (await this.#store.events()).events
      this.#derived = null
      const message = `The browser has no more room: the oldest ${dropped} events were dropped.`
      this.#deps.notices.add(new NearsideError('storage-full', message))
      return { value }
    } catch {
      // No room even so, or the store is gone: memory is next.
      return null
    }
  }

  /** Several operations may find out at once; the first one moves, the others follow. */
  #goOnInMemory(refused: Store, cause: NearsideError): Promise<void> {
    if (refused.kind === 'memory') throw cause
    this.#moving ??= this.#move(refused, cause)
    return this.#moving
  }

  async #move(refused: Store, cause: NearsideError): Promise<void> {
    const memory = createStore(createMemoryDatabase())
    await memory.append(this.#events)
    await copyRest(refused, memory).catch(() => {
      // What can't be read any more is lost to this tab; the events, above, are not.
    })
    this.#store = memory
    refused.close()
    const message = `${cause.message} From here on, what is learned is kept in memory until this tab closes.`
    this.#deps.notices.add(new NearsideError(cause.code, message, { cause }))
  }

  #derive() {
    if (!this.#derived) {
      const { find, known, now, rowOf } = this.#deps
      const cleaned = clean(this.#events, { known, now: now() }, this.#invalid)
      this.#derived = { ...cleaned, history: fromEvents(cleaned.events, rowOf, find) }
    }
    return this.#derived
  }
}

function isStorageFailure(error: unknown): error is NearsideError {
  return error instanceof NearsideError && error.code.startsWith('storage-')
}

async function copyRest(from: Store, to: Store): Promise<void> {
  await to.appendLedger((await from.ledger()) as LedgerRow[], { after: null }, 'relaxed')
  for (const name of ['paused', 'consent', 'budget', 'sent'] as const) {
    const value = await from.setting(name)
    if (value !== undefined) await to.putSetting(name, value)
  }
}
