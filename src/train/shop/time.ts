/** @module ISO dates and date-times of a shop folder. Times without a zone are UTC. */

interface ParsedTime {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly dayOnly: boolean
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/

/** Parses an ISO date or date-time; null for other text, and for a day that doesn't exist, such as 30 February. */
export function parseIsoTime(text: string): ParsedTime | null {
  const parts = ISO.exec(text)
  if (!parts) return null
  const [, year, month, day, hour, minute, second = '0', fraction = '0', zone] = parts
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day))
  if (formatDay(midnight) !== text.slice(0, 10)) return null
  if (hour === undefined) return { time: midnight, dayOnly: true }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const milliseconds = Math.floor(Number(`0.${fraction}`) * 1000)
  const clock = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds
  return { time: midnight + clock - zoneOffset(zone), dayOnly: false }
}

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

/** Formats as `2011-09-01`. */
export function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
