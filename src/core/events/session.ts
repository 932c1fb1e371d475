/** @module Visits: events closer than 30 minutes belong together (GA4's default). */

/** Milliseconds. */
export const SESSION_GAP = 30 * 60_000

/** The latest event of the latest visit. */
interface Last {
  /** Null where there is none yet. */
  readonly lastTime: number | null
  readonly session: string
}

/**
 * The session of an event at `time`. A session carries the id of its first event, so that no
 * counter is needed and storing an event twice gives the same answer. A clock that jumps back by
 * more than the gap also starts a new one.
 */
export function sessionOf(
  { lastTime, session }: Last,
  event: { readonly id: string; readonly time: number },
): string {
  return lastTime !== null && Math.abs(event.time - lastTime) <= SESSION_GAP ? session : event.id
}
