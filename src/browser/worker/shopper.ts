/** @module The shopper: the stored events, and data derived from the events. */

import { NearsideError } from '@nearside/core/error.ts'
import { isSameOrder, keepItems, readCapture } from '@nearside/core/events/capture.ts'
import { type Cleaned, type CleaningReport, clean } from '@nearside/core/events/clean.ts'
import { handedOver, type ShopperEvent, sessionOf } from '@nearside/core/events/event.ts'
import { fromEvents } from '@nearside/core/events/history.ts'
import type { History } from '@nearside/core/features/history.ts'
import { createScheduler } from '../learning/scheduler.ts'
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

export type Shopper = ReturnType<typeof createShopper>

export function createShopper(services: Services, shop: Shop, cleanMore: CleanMore | null) {
  const { bus, notices, now, state, store, timers } = services
  /** Number of stored rows that can't be read as events. */
  let invalid = 0
  /** Data derived from the current events and the known items. */
  let derived: (Derived & { readonly of: readonly unknown[] }) | null = null
  let written: Promise<unknown> = Promise.resolve()
  /** Reads other tabs' events. Events that are stored during a read cause one further read. */
  const rereading = createScheduler(timers, reread, (error) => notices.add(error))
  bus.on('storedElsewhere', (what) => {
    if (what === 'events') rereading.ask(0)
  })

  async function reload(): Promise<void> {
    // Wait until captured events are stored: a read without these events would remove them from memory.
    await written
    const own = store.own()
    const stored = await own.events()
    // By now, the shopper could have switched to another person.
    if (own !== store.own()) return
    invalid = stored.invalid
    state.own.events = stored.events
    await shop.tail.followOwn()
  }

  async function reread(): Promise<void> {
    await reload()
    const last = state.own.events.at(-1)
    if (last) bus.emit('event', last.name)
    bus.emit('lists', null)
  }

  function derive(): Derived {
    const of = [state.own.events, shop.catalog, shop.ranker]
    if (!derived?.of.every((part, at) => part === of[at]))
      derived = { ...cleanedOf(state.own.events), of }
    return derived
  }

  function cleanedOf(
    events: readonly ShopperEvent[],
    among: Pick<Shop, 'find' | 'knows' | 'rowOf'> = shop,
  ): Derived {
    const ruled = clean(events, { known: among.knows, now: now() }, invalid)
    const cleaned = cleanMore?.(ruled) ?? ruled
    return { ...cleaned, history: fromEvents(cleaned.events, among.rowOf, among.find) }
  }

  function add(events: readonly ShopperEvent[]): void {
    const known = new Set(state.own.events.map(({ id }) => id))
    const added = events.filter(({ id }) => !known.has(id))
    // The events are nearly always sorted by time, except after a clock was set back.
    state.own.events = [...state.own.events, ...added].sort((a, b) => a.time - b.time)
    bus.emit('stored', 'events')
    for (const { name } of events) bus.emit('event', name)
    bus.emit('lists', null)
  }

  /**
   * Once new events are stored, adds them to those in memory and announces them, unless the person in use has changed.
   * @returns the stored events; none, with a notice, if they can't be stored
   */
  function take(storing: Promise<readonly ShopperEvent[]>): Promise<readonly ShopperEvent[]> {
    const own = store.own()
    const taken = storing.then(
      (events) => {
        if (own === store.own()) add(events)
        return events
      },
      (error) => {
        notices.add(error, 'storage-unavailable', 'An event could not be stored')
        return []
      },
    )
    written = Promise.all([written, taken])
    return taken
  }

  /**
   * Stores an event with its known items and resolves with its id, or with null:
   *
   * - with a notice, if no part of the event can be stored;
   * - without a notice during a pause, or if the event belongs to a person who is not in use, because another tab
   *   has switched, or a new worker gets the page's unanswered calls.
   */
  async function capture({ id, time, input, person }: Captured): Promise<string | null> {
    if (state.paused || (person ?? state.profiles.current) !== state.profiles.current) return null
    const draft = readCapture(input, id, time)
    if (draft instanceof NearsideError) {
      notices.add(draft)
      return null
    }
    const { knownAs } = shop
    const isUnknown = (item: string) => knownAs(item) === undefined
    if (draft.items.some(isUnknown)) {
      const { erasures } = state
      await shop.stocked
      // Check again, because the shopper could have paused, erased everything or switched to another person in the
      // meantime.
      if (state.paused || state.erasures !== erasures) return null
    }
    const known = keepItems(draft, knownAs)
    const unknown = draft.items.filter(isUnknown)
    if (unknown.length > 0) {
      const listed = unknown.slice(0, 3).join(', ')
      const message = `${draft.name}: no such item in the catalog: ${listed}.`
      notices.add(new NearsideError('item-unknown', message))
      if (known.items.length === 0) return null
    }
    const handed = state.own.events.find((event) => isSameOrder(event, known))
    if (handed) return handed.id
    const context = Object.keys(state.context).length > 0 ? { context: state.context } : {}
    const [stored] = await take(store.own().append([{ ...known, ...context }]))
    if (stored) void shop.follow(stored)
    return stored?.id ?? null
  }

  return {
    capture,
    reload,
    take,
    get cleaned(): Pick<Derived, 'events' | 'report'> {
      return derive()
    },
    get history(): History {
      return derive().history
    },
    /** History for fits and updates, without products of a large catalog's tail (loaded when needed). */
    get historyToLearn(): History {
      const { headOnly } = shop
      return (headOnly ? cleanedOf(state.own.events, headOnly) : derive()).history
    },
    /**
     * Events and history without the part of each event that `leave` removes.
     * @param leave returns the rest of an event; null if nothing is left
     */
    without(
      leave: (event: ShopperEvent) => ShopperEvent | null,
    ): Pick<Derived, 'events' | 'history'> {
      let head = EMPTY_HEAD
      // Recomputes the visits, as if the removed parts had been forgotten.
      const left = state.own.events.flatMap((event) => {
        const rest = leave(event)
        if (!rest || handedOver(rest)) return rest ?? []
        const placed = { ...rest, session: sessionOf(head, rest) }
        head = addToHead(head, placed)
        return placed
      })
      return cleanedOf(left)
    },
    /** Resolves when every captured event is stored. */
    async idle(): Promise<void> {
      for (let last: unknown = null; last !== written; await last) last = written
    },
    stop: (): void => rereading.stop(),
  }
}
