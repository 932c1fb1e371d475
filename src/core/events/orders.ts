/**
 * @module Reads the orders of a signed-in shopper from the shop's server; returns the purchases that the
 * device lacks.
 */
import { NearsideError } from '../error.ts'
import { isRecord } from '../isRecord.ts'
import { DAY } from '../time.ts'
import {
  type EventDraft,
  isSameOrder,
  keepItems,
  readCapture,
  readId,
  readNumber,
  refuse,
} from './capture.ts'

/** Maximum number of orders per call; a device stores ten times as many events. */
const MOST_ORDERS = 1000

export interface KnownEvents {
  readonly events: readonly EventDraft[]
  /** Maps an item to its id in the catalog; undefined if the catalog lacks it. */
  readonly knownAs: (item: string) => string | undefined
  /** Time in milliseconds since the epoch; older orders are ignored. */
  readonly after: number
  readonly now: number
}

/**
 * @returns the newest orders that the device lacks, and the fault of the first invalid order
 * @throws NearsideError `input-invalid`
 */
export function readOrders(orders: unknown, { events, knownAs, after, now }: KnownEvents) {
  if (!Array.isArray(orders)) throw new NearsideError('input-invalid', 'seed takes an array.')
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

/** Reads an order as a purchase at its own time, in its own session. */
function readOrder(input: unknown, now: number): EventDraft | NearsideError {
  const { id, time, items } = isRecord(input) ? input : {}
  const order = readId(id)
  const past = readNumber(time, 1, now + DAY)
  if (!order || !past) return refuse('an order needs an id and a past time')
  const draft = readCapture({ name: 'purchase', items }, `order ${order}`, Math.min(past, now))
  return draft instanceof NearsideError ? draft : { ...draft, session: draft.id, seeded: now }
}
