/** Milliseconds in a day. */
export const DAY = 86_400_000

/**
 * Milliseconds since the epoch of an ISO 8601 day or time; NaN if it is invalid. Days that don't exist are invalid,
 * too, although some browsers read 31 February as 3 March.
 */
export function parseIso(text: string): number {
  const day = text.slice(0, 10)
  const midnight = Date.parse(day)
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day)
  return isDay ? Date.parse(text) : Number.NaN
}
