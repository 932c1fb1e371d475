/**
 * @module Reads events that this device lacks: orders of a signed-in shopper from the shop's server, and events from
 * the shopper's other device.
 */
import { invalidInput, NearsideError } from '../error.ts'
import { isRecord } from '../isRecord.ts'
import { DAY } from '../time.ts'
import {
  type EventDraft,
  isSameOrder,
  keepItems,
  MAX_ID_LENGTH,
  MAX_ITEMS,
  MAX_QUERY_LENGTH,
  readCapture,
  readId,
  readNumber,
  readStoredEvent,
  refuse,
} from './capture.ts'

/** Maximum number of orders per call, a tenth of the number of events that a device stores. */
const MOST_ORDERS = 1000

export interface KnownEvents {
  readonly events: readonly EventDraft[]
  /** Maps an event's item id to the catalog's id, e.g. a groupId to a variant's id; undefined if unknown. */
  readonly knownAs: (item: string) => string | undefined
  /** Time in milliseconds since the epoch; older events are ignored. */
  readonly after: number
  readonly now: number
}

/**
 * @returns the newest orders that the device lacks, and the fault of the first invalid order
 * @throws NearsideError `input-invalid` if `orders` is no array
 */
export function readOrders(orders: unknown, { events, knownAs, after, now }: KnownEvents) {
  if (!Array.isArray(orders)) throw invalidInput('seed takes an array.')
  const drafts = new Map<string, EventDraft>()
  let refused: NearsideError | null = null
  for (const order of orders) {
    const one = readOrder(order, now)
    if (one instanceof NearsideError) {
      refused ??= one
      continue
    }
    const draft = keepItems(one, knownAs)
    const isKnown = (old: EventDraft) => old.id === draft.id || isSameOrder(old, draft)
    if (draft.time > after && draft.items.length > 0 && !events.some(isKnown))
      drafts.set(draft.id, draft)
  }
  const newest = [...drafts.values()].sort((a, b) => b.time - a.time).slice(0, MOST_ORDERS)
  return { drafts: newest, refused }
}

/** Reads an order as a purchase at the order's time, in a session that contains only this order. */
function readOrder(input: unknown, now: number): EventDraft | NearsideError {
  const { id, time, items } = isRecord(input) ? input : {}
  const order = readId(id)
  const past = readNumber(time, 1, now + DAY)
  if (!order || !past) return refuse('an order needs an id and a past time')
  const draft = readCapture({ name: 'purchase', items }, `order ${order}`, Math.min(past, now))
  return draft instanceof NearsideError ? draft : { ...draft, session: draft.id, seeded: now }
}

/**
 * Reads events, newest first, from a file that another device of the shopper saved. They keep their id, time and
 * session, so a second import adds nothing, even from a third device. An order that the shop reported to one device
 * (`seed`) and that another device recorded counts once.
 * @param most maximum number of events; the oldest events are left out
 */
export function readTransferred(
  given: unknown,
  { events, knownAs, after, now }: KnownEvents,
  most: number,
): readonly EventDraft[] {
  const ids = new Set(events.map(({ id }) => id))
  const orders = events.filter(({ name }) => name === 'purchase')
  const drafts: EventDraft[] = []
  for (const one of Array.isArray(given) ? given : []) {
    const event = isBounded(one) ? readStoredEvent(one) : null
    if (!event || event.time <= after || event.time > now + DAY || ids.has(event.id)) continue
    const draft = keepItems(event, knownAs)
    if (draft.items.length === 0 && event.items.length > 0) continue
    if (orders.some((old) => isSameOrder(old, draft))) continue
    ids.add(draft.id)
    if (draft.name === 'purchase') orders.push(draft)
    drafts.push({ ...draft, time: Math.min(draft.time, now), transferred: now })
  }
  return drafts.sort((a, b) => b.time - a.time).slice(0, Math.max(0, most))
}

const isBounded = (event: unknown) =>
  isRecord(event) &&
  [event.id, event.session].every((text) => String(text).length <= MAX_ID_LENGTH) &&
  (!Array.isArray(event.items) || event.items.length <= MAX_ITEMS) &&
  String(event.query ?? '').length <= MAX_QUERY_LENGTH
