/** @module The days and times that a rule names. */
import { DAY, parseIso } from '../time.ts'

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** Milliseconds since the epoch: a day begins and ends in UTC, a time at once. Null for anything else. */
export function readDate(value: unknown): { readonly begin: number; readonly end: number } | null {
  const [text, time] = (typeof value === 'string' && ISO.exec(value)) || []
  const begin = text ? parseIso(text) : Number.NaN
  return Number.isNaN(begin) ? null : { begin, end: time ? begin : begin + DAY }
}
