/** @module The shopper's events, each with its session. */
import { type EventDraft, readStoredEvent } from '@nearside/core/events/capture.ts'
import { handedOver, type ShopperEvent, sessionOf } from '@nearside/core/events/event.ts'
import { type Database, epochOf, type Table, type Transaction } from './database.ts'
import { MADE_FROM_EVENTS } from './settingRows.ts'

/** Number of events above which the oldest are deleted: about five years of a busy shopper. */
export const MAX_EVENTS = 10_000

interface StoredEvent extends ShopperEvent {
  readonly order: number
}

/** Events that `forget` removed, in their stored form. */
export interface Forgotten {
  readonly rows: readonly StoredEvent[]
  /** Epoch after the removal. */
  readonly epoch: number
}

/**
 * Summary of the events, stored beside them in the same transaction. With it, placing the next event in its session
 * needs no scan.
 */
export interface EventHead {
  readonly count: number
  readonly lastTime: number | null
  readonly session: string
  /** Order of arrival of the next event. It never decreases. */
  readonly order: number
}

export const EMPTY_HEAD: EventHead = { count: 0, lastTime: null, session: '', order: 0 }

/** Adds an event. Imported events and late events are placed by their time, and don't split the current visit. */
export function addToHead(head: EventHead, event: ShopperEvent): EventHead {
  const { time, session } = event
  const lastTime = head.session === session ? Math.max(head.lastTime ?? time, time) : time
  const last = !handedOver(event) && { lastTime, session }
  return { ...head, ...last, count: head.count + 1, order: head.order + 1 }
}

/** Tables of events and of data derived from them. */
const REMADE: readonly Table[] = ['events', 'heads', 'personal', 'settings']

const byTime = (a: StoredEvent, b: StoredEvent) => a.time - b.time || a.order - b.order

const headOf = async (transaction: Transaction): Promise<EventHead> =>
  ((await transaction.get('heads', 'events')) ?? EMPTY_HEAD) as EventHead

/**
 * Stores new events, each in its session. @returns all given events as stored, and the number of events in the store
 */
export async function placeEvents(
  transaction: Transaction,
  drafts: readonly EventDraft[],
): Promise<{ readonly placed: readonly ShopperEvent[]; readonly count: number }> {
  let head = await headOf(transaction)
  const placed: ShopperEvent[] = []
  for (const draft of drafts) {
    const known = readStoredEvent(await transaction.get('events', draft.id))
    if (known) {
      placed.push(known)
      continue
    }
    const event = { ...draft, session: draft.session ?? sessionOf(head, draft) }
    await transaction.put('events', { ...event, order: head.order })
    head = addToHead(head, event)
    placed.push(event)
  }
  await transaction.put('heads', head, 'events')
  return { placed, count: head.count }
}

export function eventRows(database: Database) {
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
  const placeAgain = async (transaction: Transaction): Promise<void> => {
    let head = EMPTY_HEAD
    const rows = readRows(await transaction.getAll('events')).sort((a, b) => a.order - b.order)
    for (const row of rows) {
      if (handedOver(row)) continue
      const placed: StoredEvent = { ...row, session: sessionOf(head, row) }
      if (placed.session !== row.session) await transaction.put('events', placed)
      head = addToHead(head, placed)
    }
    const { lastTime, session } = head
    await transaction.put('heads', { ...(await headOf(transaction)), lastTime, session }, 'events')
  }
  const remove = async (
    transaction: Transaction,
    choose: (events: readonly StoredEvent[]) => readonly StoredEvent[],
  ): Promise<readonly StoredEvent[]> => {
    const head = await headOf(transaction)
    const chosen = choose(readRows(await transaction.getAll('events')).sort(byTime))
    for (const { id } of chosen) await transaction.delete('events', id)
    await transaction.put('heads', { ...head, count: head.count - chosen.length }, 'events')
    return chosen
  }
  /** Deletes the learned model. A fit or a report in progress can't be stored afterwards. */
  const unlearn = async (transaction: Transaction): Promise<number> => {
    const epoch = (await epochOf(transaction)) + 1
    await placeAgain(transaction)
    await transaction.clear('personal')
    await transaction.delete('heads', 'personal')
    await transaction.put('heads', epoch, 'epoch')
    return epoch
  }
  const dropOldest = (share: number): Promise<number> =>
    database.transact(['events', 'heads', 'settings'], 'relaxed', async (transaction) => {
      // Delete the stored updates, because they can't be checked against the remaining events.
      await transaction.delete('settings', 'openings')
      const gone = await remove(transaction, (events) =>
        events.slice(0, Math.max(1, Math.ceil(events.length * share))),
      )
      return gone.length
    })

  return {
    /** Stores new events, each with its session; storing an event twice changes nothing. */
    async append(drafts: readonly EventDraft[]): Promise<readonly ShopperEvent[]> {
      const { placed, count } = await database.transact(
        ['events', 'heads'],
        'relaxed',
        (transaction) => placeEvents(transaction, drafts),
      )
      if (count > MAX_EVENTS) await dropOldest(0.1)
      return placed
    },

    /** All events, ascending by time, then by arrival. `invalid`: number of rows that are not events. */
    events: () =>
      database.transact(['events'], 'readonly', async (transaction) =>
        readEvents(await transaction.getAll('events')),
      ),

    /** Removes these events, everything learned, and a report that waits to be sent again. */
    forget: (ids: readonly string[]): Promise<Forgotten> =>
      database.transact(REMADE, 'erasure', async (transaction) => {
        const gone = new Set(ids)
        for (const name of MADE_FROM_EVENTS) await transaction.delete('settings', name)
        const rows = await remove(transaction, (events) => events.filter(({ id }) => gone.has(id)))
        return { rows, epoch: await unlearn(transaction) }
      }),

    /**
     * Puts events back as they were stored; the model is learned anew. False, without a change, if anything was
     * erased, forgotten or put back since.
     */
    restore: ({ rows, epoch }: Forgotten): Promise<boolean> =>
      database.transact(REMADE, 'erasure', async (transaction) => {
        if ((await epochOf(transaction)) !== epoch) return false
        const head = await headOf(transaction)
        for (const row of rows) await transaction.put('events', row)
        await transaction.put('heads', { ...head, count: head.count + rows.length }, 'events')
        await unlearn(transaction)
        return true
      }),

    /** Makes room: removes the oldest `share` (0 to 1) of the events and returns the number removed. */
    dropOldest,
  }
}
