/** @module Cuts a shop's log into periods: weeks from its first day on, calendar months, or by dates. */

import { DAY } from '@nearside/core/time.ts'

/** Start and end of a period, milliseconds since the epoch; `to` is exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * @param cut `week`, `month`, or the start dates of the second and all later periods, ascending
 * @param first time of the log's first event, and of its last event
 */
export function spansOf(
  cut: 'week' | 'month' | readonly number[],
  first: number,
  last: number,
): Span[] {
  const begin = Math.floor(first / DAY) * DAY
  const edges = [begin]
  if (typeof cut !== 'string') edges.push(...cut.filter((time) => time > begin && time <= last))
  else for (let next = after(begin, cut); next <= last; next = after(next, cut)) edges.push(next)
  edges.push(Math.max(last + 1, edges[edges.length - 1] + 1))
  return edges.slice(1).map((to, p) => ({ from: edges[p], to }))
}

function after(time: number, cut: 'week' | 'month'): number {
  if (cut === 'week') return time + 7 * DAY
  const date = new Date(time)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}
