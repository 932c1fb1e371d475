/** @module Cuts a shop's log into periods: weeks from its first day on, calendar months, or by dates. */

import { NearsideError } from '../../core/error.ts'
import type { ShopperHistory } from '../../core/features/cases.ts'
import type { Interaction } from '../../core/features/history.ts'
import { eventStrength } from '../../core/features/strength.ts'
import { DAY } from '../../core/time.ts'
import type { Session } from './sessionCounts.ts'

/** Milliseconds since the epoch; `to` is exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Fewer periods leave nothing to update and then test. */
const LEAST_PERIODS = 3

/**
 * @param cut `week`, `month`, or the beginnings of the second and all later periods, ascending
 * @param first time of the log's first event, and of its last one
 * @throws NearsideError `input-invalid` where fewer than three periods come out
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
  const spans = edges.slice(1).map((to, p) => ({ from: edges[p], to }))
  if (spans.length < LEAST_PERIODS)
    throw new NearsideError(
      'input-invalid',
      `the log spans ${spans.length} of these periods; at least ${LEAST_PERIODS} are needed to update a model and test it`,
    )
  return spans
}

function after(time: number, cut: 'week' | 'month'): number {
  if (cut === 'week') return time + 7 * DAY
  const date = new Date(time)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

/**
 * Each period's sessions in the order in which they ended; a session belongs to the period in which
 * it began.
 */
export function sessionsByPeriod(
  shoppers: readonly ShopperHistory[],
  spans: readonly Span[],
): Session[][] {
  const periods: { items: number[]; began: number; ended: number }[][] = spans.map(() => [])
  for (const { interactions } of shoppers) {
    const open = new Map<string, { items: number[]; began: number; ended: number }>()
    for (const one of interactions) {
      if (!isClick(one)) continue
      const known = open.get(one.session)
      if (known) {
        known.items.push(one.item)
        known.ended = one.time
      } else open.set(one.session, { items: [one.item], began: one.time, ended: one.time })
    }
    for (const session of open.values()) {
      const p = spans.findIndex(({ from, to }) => session.began >= from && session.began < to)
      if (p >= 0) periods[p].push(session)
    }
  }
  return periods.map((sessions) =>
    sessions.sort((a, b) => a.ended - b.ended).map(({ items }) => items),
  )
}

function isClick({ name }: Interaction): boolean {
  return eventStrength(name) > 0 && name !== 'purchase'
}
