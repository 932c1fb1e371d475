/** @module Visits: events closer than 30 minutes belong together (GA4's default). */

/** Milliseconds. */
export const SESSION_GAP = 30 * 60_000

/**
 * The session of an event at `time`. A session carries the id of its first event, so that no
 * counter is needed and storing an event twice gives the same answer. A clock that jumps back by
 * more than the gap also starts a new one.
 */
export function sessionOf(
  last: { readonly time: number; readonly session: string } | null,
  event: { readonly id: string; readonly time: number },
): string {
  return last !== null && Math.abs(event.time - last.time) <= SESSION_GAP ? last.session : event.id
}
