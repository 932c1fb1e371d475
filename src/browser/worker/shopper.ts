/** @module The shopper: their stored events, and data derived from them. */

import { sameQuery } from '@nearside/core/catalog/words.ts'
import { NearsideError } from '@nearside/core/error.ts'
import {
  type EventDraft,
  isSameOrder,
  keepItems,
  readCapture,
} from '@nearside/core/events/capture.ts'
import { type Cleaned, type CleaningReport, clean } from '@nearside/core/events/clean.ts'
import { handedOver, type ShopperEvent, sessionOf } from '@nearside/core/events/event.ts'
import { fromEvents } from '@nearside/core/events/history.ts'
import type { History } from '@nearside/core/features/history.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Forgettable } from '../api.ts'
import { createScheduler, type Scheduler } from '../learning/scheduler.ts'
import type { Captured } from '../messages.ts'
import { addToHead, EMPTY_HEAD, type Forgotten } from '../storage/eventRows.ts'
import type { Parts } from './parts.ts'
import type { Shop } from './shop.ts'

export interface ShopperDeps
  extends Pick<Parts, 'bus' | 'notices' | 'now' | 'shop' | 'state' | 'store' | 'timers'> {
  /** Further cleaning that the shop chose, after the fixed rules. */
  readonly cleanMore: (cleaned: Cleaned) => Cleaned
}

interface Derived {
  readonly history: History
  readonly events: readonly ShopperEvent[]
  readonly report: CleaningReport
}

export class Shopper {
  readonly #deps: ShopperDeps
  /** Number of stored rows that are not events. */
  #invalid = 0
  /** Derived data of the current events and known items. */
  #derived: (Derived & { readonly of: readonly unknown[] }) | null = null
  #waiting: { draft: EventDraft; settle: (event: ShopperEvent | null) => void }[] = []
  #writing: Promise<void> | null = null
  /** Reads other tabs' events; events stored during a read cause one more read. */
  readonly #rereading: Scheduler

  constructor(deps: ShopperDeps) {
    this.#deps = deps
    this.#rereading = createScheduler(
      deps.timers,
      () => this.#reread(),
      (error) => deps.notices.add(error),
    )
    deps.bus.on('storedElsewhere', (what) => {
      if (what === 'events') this.#rereading.ask(0)
    })
  }

  get cleaned(): { readonly events: readonly ShopperEvent[]; readonly report: CleaningReport } {
    return this.#derive()
  }

  get history(): History {
    return this.#derive().history
  }

  /**
   * Events and history as if the shopper had not done something.
   * @param leave returns an event without that part; null if nothing is left of it
   */
  without(
    leave: (event: ShopperEvent) => ShopperEvent | null,
  ): Pick<Derived, 'events' | 'history'> {
    let head = EMPTY_HEAD
    // Recompute the visits, as after forgetting an event.
    const left = this.#deps.state.events.flatMap((event) => {
      const rest = leave(event)
      if (!rest || handedOver(rest)) return rest ?? []
      const placed = { ...rest, session: sessionOf(head, rest) }
      head = addToHead(head, placed)
      return placed
    })
    return this.#clean(left)
  }

  /** Resolves when every captured event is stored. */
  async idle(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  stop(): void {
    this.#rereading.stop()
  }

  /** Reads all events again. */
  async reload(): Promise<void> {
    // Wait for pending writes: an older read must not remove their events from memory.
    await this.#writing
    const { events, invalid } = await this.#deps.store.events()
    this.#invalid = invalid
    this.#deps.state.events = events
  }

  async #reread(): Promise<void> {
    const { bus, state } = this.#deps
    await this.reload()
    const last = state.events.at(-1)
    if (last) bus.emit('event', last.name)
    bus.emit('lists', null)
  }

  /**
   * Stores an event with its known items and resolves with it. Null, with a notice, if no part of it can be stored.
   * Events that arrive during a write share a transaction.
   */
  async capture({ id, time, input }: Captured): Promise<ShopperEvent | null> {
    const { notices, shop, state } = this.#deps
    const draft = readCapture(input, id, time)
    if (draft instanceof NearsideError) {
      notices.add(draft)
      return null
    }
    const known = keepItems(draft, shop.knows)
    const unknown = draft.items.filter((item) => !known.items.includes(item))
    if (unknown.length > 0) {
      const listed = unknown.slice(0, 3).join(', ')
      const message = `${draft.name}: no such item in the catalog: ${listed}.`
      notices.add(new NearsideError('item-unknown', message))
      if (known.items.length === 0) return null
    }
    const handed = state.events.find((event) => isSameOrder(event, known))
    if (handed) return handed
    const context = Object.keys(state.context).length > 0 ? { context: state.context } : {}
    return this.store({ ...known, ...context })
  }

  /** Stores an event; null if it can't be stored. */
  store(draft: EventDraft): Promise<ShopperEvent | null> {
    return new Promise((settle) => {
      this.#waiting.push({ draft, settle })
      this.#writing ??= this.#write().finally(() => {
        this.#writing = null
      })
    })
  }

  async #write(): Promise<void> {
    const { bus, notices, state, store } = this.#deps
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      let events: readonly ShopperEvent[]
      try {
        events = await store.append(batch.map(({ draft }) => draft))
      } catch (error) {
        notices.add(error, 'storage-unavailable', 'An event could not be kept')
        for (const { settle } of batch) settle(null)
        continue
      }
      const known = new Set(state.events.map(({ id }) => id))
      const added = events.filter(({ id }) => !known.has(id))
      // The events are nearly always in order, except after a clock was set back.
      state.events = [...state.events, ...added].sort((a, b) => a.time - b.time)
      batch.forEach(({ settle }, i) => void settle(events[i]))
      bus.emit('stored', 'events')
      for (const { name } of events) bus.emit('event', name)
      bus.emit('lists', null)
    }
  }

  /**
   * Removes the events that match `what`.
   * @returns the events removed
   * @throws NearsideError `input-invalid` for an invalid target
   */
  async forget(what: Forgettable): Promise<Forgotten> {
    return this.#remove(this.#deps.state.events.filter(isAbout(what, this.#deps.shop)))
  }

  /** Puts forgotten events back. @throws NearsideError `aborted` if they may not return any more */
  async restore(forgotten: Forgotten): Promise<void> {
    if (!(await this.#deps.store.restore(forgotten)))
      throw new NearsideError('aborted', 'More was forgotten or erased since: that stays.')
    await this.reload()
  }

  /**
   * Removes events older than `days` days.
   * @param before called with their number before they are removed
   * @returns whether there were any
   */
  async forgetOlder(days: number, before: (events: number) => Promise<unknown>): Promise<boolean> {
    const oldest = this.#deps.now() - days * DAY
    const old = this.#deps.state.events.filter(({ time }) => time < oldest)
    if (old.length === 0) return false
    await before(old.length)
    await this.#remove(old)
    return true
  }

  #remove(events: readonly ShopperEvent[]): Promise<Forgotten> {
    return this.#deps.store.forget(events.map(({ id }) => id)).finally(() => this.reload())
  }

  #derive(): Derived {
    const { shop, state } = this.#deps
    const of = [state.events, shop.catalog, shop.ranker]
    if (!this.#derived?.of.every((part, at) => part === of[at])) {
      this.#derived = { ...this.#clean(state.events), of }
    }
    return this.#derived
  }

  #clean(events: readonly ShopperEvent[]): Derived {
    const { cleanMore, now, shop } = this.#deps
    const ruled = clean(events, { known: shop.knows, now: now() }, this.#invalid)
    const cleaned = cleanMore(ruled)
    return { ...cleaned, history: fromEvents(cleaned.events, shop.rowOf, shop.find) }
  }
}

/** Test whether an event matches a target of `forget`. @throws NearsideError `input-invalid` for an invalid target */
export function isAbout(
  what: Forgettable,
  { catalog }: Pick<Shop, 'catalog'>,
): (event: ShopperEvent) => boolean {
  switch (what.kind) {
    case 'event':
      return ({ id }) => id === what.id
    case 'item':
      return ({ items }) => items.includes(what.name)
    case 'category':
      return ({ items }) => items.some((item) => catalog?.get(item)?.category === what.name)
    case 'events':
      return ({ name }) => name === what.name
    case 'query':
      return ({ query }) => query !== undefined && sameQuery(query) === sameQuery(what.name)
    default:
      throw new NearsideError(
        'input-invalid',
        'forget takes an event, an item, a category, a query or an event name.',
      )
  }
}
