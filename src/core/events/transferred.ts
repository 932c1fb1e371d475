/** @module Reads events from a shopper's other device; returns only events that this device lacks. */
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
 * Transferred events, newest first. Events keep their id, time and session, so importing a file twice adds nothing,
 * even via a third device. An order counts once if the shop reported it to one device and the other device saw it.
 * @param most maximum number of events; the oldest are left out
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

/** Whether the event is within the limits of `capture`. */
const isBounded = (event: unknown) =>
  isRecord(event) &&
  [event.id, event.session].every((text) => String(text).length <= MAX_ID_LENGTH) &&
  (!Array.isArray(event.items) || event.items.length <= MAX_ITEMS) &&
  String(event.query ?? '').length <= MAX_QUERY_LENGTH
