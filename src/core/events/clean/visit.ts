/** @module A visit as numbers: how fast, how evenly, how long on each item. */
import type { ShopperEvent } from '../event.ts'

/** A visit of less is over before it has a rate. Milliseconds. */
const LEAST_SPAN = 1000
const SHORT_LOOK = 1000
/** Stands in where no dwell is known: what half of all looks take. */
const USUAL_DWELL = 20_000

/** Events by session, in order of first appearance. */
export function eventsBySession(
  events: readonly ShopperEvent[],
): ReadonlyMap<string, readonly ShopperEvent[]> {
  const visits = new Map<string, ShopperEvent[]>()
  for (const event of events) {
    const own = visits.get(event.session)
    if (own) own.push(event)
    else visits.set(event.session, [event])
  }
  return visits
}

/** Without what was done in some visits; a purchase is trusted whatever its company. */
export function dropVisits(
  events: readonly ShopperEvent[],
  isNoise: (visit: readonly ShopperEvent[]) => boolean,
): readonly ShopperEvent[] {
  const noise = new Set<string>()
  for (const [session, visit] of eventsBySession(events)) if (isNoise(visit)) noise.add(session)
  return events.filter(({ name, session }) => name === 'purchase' || !noise.has(session))
}

/** Without looks at an item that took less, in milliseconds. */
export function dropShorterLooks(
  events: readonly ShopperEvent[],
  least: number,
): readonly ShopperEvent[] {
  const isLook = ({ name }: ShopperEvent) => name === 'view_item' || name === 'select_item'
  return events.filter((event) => !(isLook(event) && (event.dwellMs ?? least) < least))
}

/** Events a minute; null for a visit of fewer than three events, which has no rate to speak of. */
export function rateOf(visit: readonly ShopperEvent[]): number | null {
  if (visit.length < 3) return null
  const span = visit[visit.length - 1].time - visit[0].time
  return (60_000 * (visit.length - 1)) / Math.max(LEAST_SPAN, span)
}

/**
 * @param visit ascending by time
 * @returns [7], finite: logarithms of events, of events a minute and of the median interval; variation
 * of intervals; logarithm of the median dwell; share of short looks; share of distinct items
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
    // Where there are too few to tell: 1, that of a person.
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

/** Standard deviation ÷ mean. */
export function variation(intervals: readonly number[]): number {
  const mean = intervals.reduce((sum, x) => sum + x, 0) / intervals.length
  const variance = intervals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / intervals.length
  return Math.sqrt(variance) / mean
}
