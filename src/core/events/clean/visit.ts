/** @module Describes a visit by numbers: its speed, its regularity and the time per item. */
import { variation } from '../clean.ts'
import type { ShopperEvent } from '../event.ts'

/** Minimum duration in milliseconds for computing a rate. */
const LEAST_SPAN = 1000
const SHORT_LOOK = 1000
/** Default dwell time in milliseconds: the median of all views. */
const USUAL_DWELL = 20_000

/** Events per minute; null for fewer than three events, which have no meaningful rate. */
export function rateOf(visit: readonly ShopperEvent[]): number | null {
  if (visit.length < 3) return null
  const span = visit[visit.length - 1].time - visit[0].time
  return (60_000 * (visit.length - 1)) / Math.max(LEAST_SPAN, span)
}

/**
 * Features of a visit for the isolation forest.
 * @param visit ascending by time
 * @returns [7], finite: logarithms of events, of events per minute and of the median interval; variation of
 *   intervals; logarithm of the median dwell; share of short views; share of distinct items
 */
export function describeVisit(visit: readonly ShopperEvent[]): Float64Array {
  const intervals = visit.slice(1).map(({ time }, k) => Math.max(1, time - visit[k].time))
  const dwells = visit.flatMap(({ dwellMs }) => (dwellMs === undefined ? [] : [dwellMs]))
  const items = visit.flatMap((event) => [...event.items])
  const short = dwells.filter((dwell) => dwell < SHORT_LOOK).length
  return Float64Array.of(
    Math.log(visit.length),
    Math.log(rateOf(visit) ?? 1),
    Math.log(median(intervals, 60_000)),
    // With too few intervals, assume a coefficient of variation of 1, which is typical of a person.
    intervals.length < 3 ? 1 : variation(intervals),
    Math.log(Math.max(1, median(dwells, USUAL_DWELL))),
    dwells.length > 0 ? short / dwells.length : 0,
    items.length > 0 ? new Set(items).size / items.length : 1,
  )
}

function median(values: readonly number[], otherwise: number): number {
  if (values.length === 0) return otherwise
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
