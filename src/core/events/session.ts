/** @module Sessions: events at most 30 minutes apart belong together (GA4's default). */

/** Maximum gap within a session, in milliseconds. */
export const SESSION_GAP = 30 * 60_000

/** Latest event of the latest session. */
interface Last {
  /** Time of the latest event in milliseconds since the epoch; null if there is none. */
  readonly lastTime: number | null
  readonly session: string
}

/**
 * Session of an event. A session has the id of its first event, so it needs no counter, and storing an event
 * twice gives the same result. A clock that jumps back by more than the gap also starts a new session.
 */
export function sessionOf(
  { lastTime, session }: Last,
  event: { readonly id: string; readonly time: number },
): string {
  return lastTime !== null && Math.abs(event.time - lastTime) <= SESSION_GAP ? session : event.id
}
