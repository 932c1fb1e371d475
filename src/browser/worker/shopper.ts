/** @module The shopper: the stored events, and data derived from the events. */

import { NearsideError } from '@nearside/core/error.ts'
import { isSameOrder, keepItems, readCapture } from '@nearside/core/events/capture.ts'
import { type Cleaned, type CleaningReport, clean } from '@nearside/core/events/clean.ts'
import { handedOver, type ShopperEvent, sessionOf } from '@nearside/core/events/event.ts'
import { fromEvents } from '@nearside/core/events/history.ts'
import type { History } from '@nearside/core/features/history.ts'
import { createScheduler, type Scheduler } from '../learning/scheduler.ts'
import type { Captured } from '../messages.ts'
import { addToHead, EMPTY_HEAD } from '../storage/eventRows.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

/** Further cleaning that the shop chose; runs on the events after the fixed rules. */
export type CleanMore = (cleaned: Cleaned) => Cleaned

interface Derived {
  readonly history: History
  readonly events: readonly ShopperEvent[]
  readonly report: CleaningReport
}

export class Shopper {
  readonly #services: Services
  readonly #shop: Shop
  readonly #cleanMore: CleanMore | null
  /** Number of stored rows that can't be read as events. */
  #invalid = 0
  /** Data derived from the current events and the known items. */
  #derived: (Derived & { readonly of: readonly unknown[] }) | null = null
  #written: Promise<unknown> = Promise.resolve()
  /** Reads other tabs' events. Events that are stored during a read cause one further read. */
  readonly #rereading: Scheduler

  constructor(services: Services, shop: Shop, cleanMore: CleanMore | null) {
    const { bus, notices, timers } = services
    this.#services = services
    this.#shop = shop
    this.#cleanMore = cleanMore
    this.#rereading = createScheduler(
      timers,
      () => this.#reread(),
      (error) => notices.add(error),
    )
    bus.on('storedElsewhere', (what) => {
      if (what === 'events') this.#rereading.ask(0)
    })
  }

  get cleaned(): { readonly events: readonly ShopperEvent[]; readonly report: CleaningReport } {
    return this.#derive()
  }

  get history(): History {
    return this.#derive().history
  }

  /** History for fits and updates, without products of a large catalog's tail (loaded when needed). */
  get historyToLearn(): History {
    const { headOnly } = this.#shop
    return headOnly ? this.#clean(this.#services.state.own.events, headOnly).history : this.history
  }

  /**
   * Events and history without the part of each event that `leave` removes.
   * @param leave returns the rest of an event; null if nothing is left
   */
  without(
    leave: (event: ShopperEvent) => ShopperEvent | null,
  ): Pick<Derived, 'events' | 'history'> {
    let head = EMPTY_HEAD
    // Recomputes the visits, as if the removed parts had been forgotten.
    const left = this.#services.state.own.events.flatMap((event) => {
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
    for (let last: unknown = null; last !== this.#written; await last) last = this.#written
  }

  stop(): void {
    this.#rereading.stop()
  }

  async reload(): Promise<void> {
    // Wait for pending writes: a read without their events would remove them from memory.
    await this.#written
    const { store } = this.#services
    const own = store.own()
    const { events, invalid } = await own.events()
    // By now, the shopper could have switched to another person.
    if (own !== store.own()) return
    this.#invalid = invalid
    this.#services.state.own.events = events
    await this.#shop.tail.followOwn()
  }

  async #reread(): Promise<void> {
    const { bus, state } = this.#services
    await this.reload()
    const last = state.own.events.at(-1)
    if (last) bus.emit('event', last.name)
    bus.emit('lists', null)
  }

  /**
   * Stores an event with its known items and resolves with its id. The result is null, with a notice, if no part of the
   * event can be stored. The result is null without a notice during a pause, and if the event belongs to another person
   * than the one in use. An event can belong to another person if another tab has switched, or if a new worker gets the
   * page's unanswered calls.
   */
  readonly capture = async ({ id, time, input, person }: Captured): Promise<string | null> => {
    const { notices, state, store } = this.#services
    if (state.paused || (person ?? state.profiles.current) !== state.profiles.current) return null
    const draft = readCapture(input, id, time)
    if (draft instanceof NearsideError) {
      notices.add(draft)
      return null
    }
    const { knownAs } = this.#shop
    if (draft.items.some((item) => knownAs(item) === undefined)) {
      const { erasures } = state
      await this.#shop.stocked
      // Check again, because the shopper could have paused, erased everything or switched to another person in the
      // meantime.
      if (state.paused || state.erasures !== erasures) return null
    }
    const known = keepItems(draft, knownAs)
    const unknown = draft.items.filter((item) => knownAs(item) === undefined)
    if (unknown.length > 0) {
      const listed = unknown.slice(0, 3).join(', ')
      const message = `${draft.name}: no such item in the catalog: ${listed}.`
      notices.add(new NearsideError('item-unknown', message))
      if (known.items.length === 0) return null
    }
    const handed = state.own.events.find((event) => isSameOrder(event, known))
    if (handed) return handed.id
    const context = Object.keys(state.context).length > 0 ? { context: state.context } : {}
    const [stored] = await this.take(store.own().append([{ ...known, ...context }]))
    if (stored) void this.#shop.follow(stored)
    return stored?.id ?? null
  }

  /**
   * Adds events of the person in use to those in memory, after they are stored, and announces them.
   * @returns the stored events; none, with a notice, if they can't be stored
   */
  take(storing: Promise<readonly ShopperEvent[]>): Promise<readonly ShopperEvent[]> {
    const { notices, store } = this.#services
    const own = store.own()
    const taken = storing.then(
      (events) => {
        if (own === store.own()) this.#add(events)
        return events
      },
      (error) => {
        notices.add(error, 'storage-unavailable', 'An event could not be stored')
        return []
      },
    )
    this.#written = Promise.all([this.#written, taken])
    return taken
  }

  #add(events: readonly ShopperEvent[]): void {
    const { bus, state } = this.#services
    const known = new Set(state.own.events.map(({ id }) => id))
    const added = events.filter(({ id }) => !known.has(id))
    // The events are nearly always sorted by time, except after a clock was set back.
    state.own.events = [...state.own.events, ...added].sort((a, b) => a.time - b.time)
    bus.emit('stored', 'events')
    for (const { name } of events) bus.emit('event', name)
    bus.emit('lists', null)
  }

  #derive(): Derived {
    const { state } = this.#services
    const of = [state.own.events, this.#shop.catalog, this.#shop.ranker]
    if (!this.#derived?.of.every((part, at) => part === of[at])) {
      this.#derived = { ...this.#clean(state.own.events), of }
    }
    return this.#derived
  }

  #clean(
    events: readonly ShopperEvent[],
    shop: Pick<Shop, 'find' | 'knows' | 'rowOf'> = this.#shop,
  ): Derived {
    const { now } = this.#services
    const ruled = clean(events, { known: shop.knows, now: now() }, this.#invalid)
    const cleaned = this.#cleanMore?.(ruled) ?? ruled
    return { ...cleaned, history: fromEvents(cleaned.events, shop.rowOf, shop.find) }
  }
}
