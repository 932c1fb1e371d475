/** @module Reads the days and times in rules. */
import { DAY, parseIso } from '../time.ts'

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** Begin and end in milliseconds since the epoch: a UTC day lasts 24 hours, a time has no duration. Null if invalid. */
export function readDate(value: unknown): { readonly begin: number; readonly end: number } | null {
  const [text, time] = (typeof value === 'string' && ISO.exec(value)) || []
  const begin = text ? parseIso(text) : Number.NaN
  return Number.isNaN(begin) ? null : { begin, end: time ? begin : begin + DAY }
}
