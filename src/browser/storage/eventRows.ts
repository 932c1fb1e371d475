/** @module Stores the shopper's events, each with its session (visit). */
import { type EventDraft, readStoredEvent } from '@nearside/core/events/capture.ts'
import { handedOver, type ShopperEvent, sessionOf } from '@nearside/core/events/event.ts'
import { type Database, epochOf, requireFinite, type Table, type Transaction } from './database.ts'
import { MADE_FROM_EVENTS } from './settingRows.ts'

/** Maximum number of events, about five years of a busy shopper; above it, the oldest are deleted. */
export const MAX_EVENTS = 10_000

interface StoredEvent extends ShopperEvent {
  readonly order: number
}

export interface Forgotten {
  readonly rows: readonly StoredEvent[]
  readonly epoch: number
}

/** Summary stored beside the events, so that finding the next event's session (visit) needs no scan. */
export interface EventHead {
  readonly count: number
  readonly lastTime: number | null
  readonly session: string
  /** Arrival number of the next event; it never decreases. */
  readonly order: number
}

export const EMPTY_HEAD: EventHead = { count: 0, lastTime: null, session: '', order: 0 }

/** Adds an event to the summary. Imported and late events don't move the end of the current visit. */
export function addToHead(head: EventHead, event: ShopperEvent): EventHead {
  const { time, session } = event
  const lastTime = head.session === session ? Math.max(head.lastTime ?? time, time) : time
  const last = !handedOver(event) && { lastTime, session }
  return { ...head, ...last, count: head.count + 1, order: head.order + 1 }
}

/** Tables of events and of data derived from them. */
const REMADE: readonly Table[] = ['events', 'heads', 'personal', 'settings']

const byTime = (a: StoredEvent, b: StoredEvent) => a.time - b.time || a.order - b.order

const headOf = async (table: Transaction): Promise<EventHead> =>
  ((await table('heads').get('events')) ?? EMPTY_HEAD) as EventHead

/**
 * Gives each event its session (visit).
 * @returns `rows`: rows to store, for events not stored yet; `placed`: all given events; `head`: the new summary
 */
export async function placeEvents(table: Transaction, drafts: readonly EventDraft[]) {
  let head = await headOf(table)
  const rows: StoredEvent[] = []
  const placed = new Map<string, ShopperEvent>()
  for (const draft of drafts) {
    const known = placed.get(draft.id) ?? readStoredEvent(await table('events').get(draft.id))
    const event = known ?? { ...draft, session: draft.session ?? sessionOf(head, draft) }
    placed.set(draft.id, event)
    if (known) continue
    rows.push({ ...event, order: head.order })
    head = addToHead(head, event)
  }
  return { rows, head, placed }
}

interface Batch {
  readonly drafts: EventDraft[]
  readonly stored: Promise<ReadonlyMap<string, ShopperEvent>>
}

export function eventRows(database: Database) {
  /** Batch of events whose write has not begun; null without one. */
  let next: Batch | null = null
  let written: Promise<unknown> = Promise.resolve()
  const readEvents = (rows: readonly unknown[]) => {
    const events = readRows(rows)
      .sort(byTime)
      .map(({ order, ...event }): ShopperEvent => event)
    return { events, invalid: rows.length - events.length }
  }
  const readRows = (rows: readonly unknown[]): StoredEvent[] =>
    rows.flatMap((row) => {
      const event = readStoredEvent(row)
      return event ? [{ ...event, order: (row as Partial<StoredEvent>).order ?? 0 }] : []
    })
  /** Recomputes sessions after a removal, as if the removed events had never existed. */
  const placeAgain = async (table: Transaction): Promise<void> => {
    let head = EMPTY_HEAD
    const rows = readRows(await table('events').getAll()).sort((a, b) => a.order - b.order)
    for (const row of rows) {
      if (handedOver(row)) continue
      const placed: StoredEvent = { ...row, session: sessionOf(head, row) }
      if (placed.session !== row.session) await table('events').put(placed)
      head = addToHead(head, placed)
    }
    const { lastTime, session } = head
    await table('heads').put({ ...(await headOf(table)), lastTime, session }, 'events')
  }
  const remove = async (
    table: Transaction,
    choose: (events: readonly StoredEvent[]) => readonly StoredEvent[],
  ): Promise<readonly StoredEvent[]> => {
    const head = await headOf(table)
    const chosen = choose(readRows(await table('events').getAll()).sort(byTime))
    for (const { id } of chosen) await table('events').delete(id)
    await table('heads').put({ ...head, count: head.count - chosen.length }, 'events')
    return chosen
  }
  /** Deletes the personal model; a fit or a report in progress can then no longer be stored. */
  const unlearn = async (table: Transaction): Promise<number> => {
    const epoch = (await epochOf(table)) + 1
    await placeAgain(table)
    await table('personal').clear()
    await table('heads').delete('personal')
    await table('heads').put(epoch, 'epoch')
    return epoch
  }
  const dropOldest = (share: number): Promise<number> =>
    database.transact(['events', 'heads', 'settings'], 'relaxed', async (table) => {
      // Deletes the unencrypted copies of sent updates, because an auditor couldn't recompute these updates from the
      // remaining events.
      await table('settings').delete('openings')
      const gone = await remove(table, (events) =>
        events.slice(0, Math.max(1, Math.ceil(events.length * share))),
      )
      return gone.length
    })

  return {
    /**
     * Stores new events, each with its session; storing an event twice changes nothing. Events that arrive during a
     * write share the next transaction.
     */
    async append(drafts: readonly EventDraft[]): Promise<readonly ShopperEvent[]> {
      requireFinite(drafts, 'events')
      if (!next) {
        const all: EventDraft[] = []
        const stored = written.then(async () => {
          next = null
          const { head, placed } = await database.transact(
            ['events', 'heads'],
            'relaxed',
            async (table) => {
              const events = await placeEvents(table, all)
              for (const row of events.rows) await table('events').put(row)
              await table('heads').put(events.head, 'events')
              return events
            },
          )
          if (head.count > MAX_EVENTS) await dropOldest(0.1)
          return placed
        })
        next = { drafts: all, stored }
        written = stored.catch(() => undefined)
      }
      next.drafts.push(...drafts)
      const stored = await next.stored
      return drafts.flatMap(({ id }) => stored.get(id) ?? [])
    },

    /** All events, ascending by time, then by arrival. `invalid`: number of rows that are not events. */
    events: () =>
      database.transact(['events'], 'readonly', async (table) =>
        readEvents(await table('events').getAll()),
      ),

    /** Removes these events, everything learned, and a contribution that waits to be sent again. */
    forget: (ids: readonly string[]): Promise<Forgotten> =>
      database.transact(REMADE, 'erasure', async (table) => {
        const gone = new Set(ids)
        for (const name of MADE_FROM_EVENTS) await table('settings').delete(name)
        const rows = await remove(table, (events) => events.filter(({ id }) => gone.has(id)))
        return { rows, epoch: await unlearn(table) }
      }),

    /**
     * Puts events back as they were stored; the model is learned anew. Returns false, without a change, if anything was
     * erased, forgotten or put back since.
     */
    restore: ({ rows, epoch }: Forgotten): Promise<boolean> =>
      database.transact(REMADE, 'erasure', async (table) => {
        if ((await epochOf(table)) !== epoch) return false
        requireFinite(rows, 'events')
        const head = await headOf(table)
        for (const row of rows) await table('events').put(row)
        await table('heads').put({ ...head, count: head.count + rows.length }, 'events')
        await unlearn(table)
        return true
      }),

    /** Makes room: removes the oldest `share` (0 to 1) of the events and returns the number removed. */
    dropOldest,
  }
}
