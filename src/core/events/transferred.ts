/** @module What a shopper's other device kept → the events that this one lacks. */
import { isRecord } from '../isRecord.ts'
import { DAY } from '../time.ts'
import {
  type EventDraft,
  isSameOrder,
  keepItems,
  MAX_ID_LENGTH,
  MAX_ITEMS,
  MAX_QUERY_LENGTH,
  readStoredEvent,
} from './capture.ts'
import type { KnownEvents } from './orders.ts'

/**
 * Events keep id, time and visit, so that the same file, or one that came by way of a third device, adds
 * nothing again; nor does an order that the shop handed over to the one and the other has seen.
 * @param most so many, the newest
 */
export function readTransferred(
  given: unknown,
  { events, knows, after, now }: KnownEvents,
  most: number,
): readonly EventDraft[] {
  const ids = new Set(events.map(({ id }) => id))
  const orders = events.filter(({ name }) => name === 'purchase')
  const drafts: EventDraft[] = []
  for (const one of Array.isArray(given) ? given : []) {
    const event = isBounded(one) ? readStoredEvent(one) : null
    if (!event || event.time <= after || event.time > now + DAY || ids.has(event.id)) continue
    const draft = keepItems(event, knows)
    if (draft.items.length === 0 && event.items.length > 0) continue
    if (orders.some((old) => isSameOrder(old, draft))) continue
    ids.add(draft.id)
    if (draft.name === 'purchase') orders.push(draft)
    drafts.push({ ...draft, time: Math.min(draft.time, now), transferred: now })
  }
  return drafts.sort((a, b) => b.time - a.time).slice(0, Math.max(0, most))
}

/** Within what `capture` takes. */
const isBounded = (event: unknown) =>
  isRecord(event) &&
  [event.id, event.session].every((text) => String(text).length <= MAX_ID_LENGTH) &&
  (!Array.isArray(event.items) || event.items.length <= MAX_ITEMS) &&
  String(event.query ?? '').length <= MAX_QUERY_LENGTH
