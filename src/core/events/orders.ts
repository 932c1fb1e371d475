/** @module The orders that a shop's server has of a signed-in shopper → the purchases that a device lacks. */
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

/** Taken at once; a device keeps ten times as many events. */
const MOST_ORDERS = 1000

export interface KnownEvents {
  /** Stored already. */
  readonly events: readonly EventDraft[]
  readonly knows: (item: string) => boolean
  /** Milliseconds; what is older is not taken. */
  readonly after: number
  readonly now: number
}

/**
 * @returns the newest of those that are new, and what is wrong with the first that is no order
 * @throws NearsideError `input-invalid`
 */
export function readOrders(orders: unknown, { events, knows, after, now }: KnownEvents) {
  if (!Array.isArray(orders)) throw new NearsideError('input-invalid', 'seed takes an array.')
  const drafts = new Map<string, EventDraft>()
  let refused: NearsideError | null = null
  for (const order of orders) {
    const one = readOrder(order, now)
    if (one instanceof NearsideError) {
      refused ??= one
      continue
    }
    const draft = keepItems(one, knows)
    const isKnown = (old: EventDraft) => old.id === draft.id || isSameOrder(old, draft)
    if (draft.time > after && draft.items.length > 0 && !events.some(isKnown))
      drafts.set(draft.id, draft)
  }
  const newest = [...drafts.values()].sort((a, b) => b.time - a.time).slice(0, MOST_ORDERS)
  return { drafts: newest, refused }
}

/** A purchase at its own time, in a visit of its own. */
function readOrder(input: unknown, now: number): EventDraft | NearsideError {
  const { id, time, items } = isRecord(input) ? input : {}
  const order = readId(id)
  const past = readNumber(time, 1, now + DAY)
  if (!order || !past) return refuse('an order needs an id and a past time')
  const draft = readCapture({ name: 'purchase', items }, `order ${order}`, Math.min(past, now))
  return draft instanceof NearsideError ? draft : { ...draft, session: draft.id, seeded: now }
}
