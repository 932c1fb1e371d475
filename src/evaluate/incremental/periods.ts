/** @module Cuts a log into periods: weeks from its first day on, calendar months, or periods between given dates. */
import { readFile } from 'node:fs/promises'
import { NearsideError } from '@nearside/core/error.ts'
import { isTestCase, nextCases, type ShopperHistory } from '@nearside/core/features/cases.ts'
import { DAY } from '@nearside/core/time.ts'
import { parseDate } from '../load.ts'

/** Period, milliseconds since the epoch; `to` is exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** `week`, `month`, or the times at which one period ends and the next one begins, ascending. */
type Cut = 'week' | 'month' | readonly number[]

/** @param first time of the log's first event @param last time of the log's last event */
export function spansOf(cut: Cut, first: number, last: number): Span[] {
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

/** @param text `week`, `month`, or the path of a file of dates */
export async function readCut(text: string): Promise<Cut> {
  if (text === 'week' || text === 'month') return text
  const lines = await readFile(text, 'utf8').catch((error) => {
    throw NearsideError.from(
      error,
      'input-invalid',
      `--periods ${text} is not week, not month, and no file that can be read`,
    )
  })
  const dates = lines.split(/\r?\n/).filter((line) => line.trim() !== '')
  return dates.map((date) => parseDate(date.trim())).sort((a, b) => a - b)
}

export function casesIn({ from, to }: Span, shopper: ShopperHistory, dayOnly: boolean) {
  return nextCases(shopper, dayOnly, from).filter((one) => one.time < to && isTestCase(one))
}
