/**
 * @module Sequence logs, as research data sets come: a shopper a line, `shopper item item …` in
 * order, without times. Each item gets a day of its own, counted back from one last day that all
 * shoppers share: only the order means anything, and what comes before the last two days is
 * everything but each shopper's last two items.
 */

import { basename } from 'node:path'
import { DAY } from '../../core/time.ts'
import { type Encoding, readLines, readText } from '../shop/lines.ts'
import { formatDay } from '../shop/time.ts'
import type { Row, Table, TableOptions } from './table.ts'

/** The day of everybody's last item; so long ago that nobody takes it for a real one. */
const LAST_DAY = Date.UTC(2000, 11, 31)
const COLUMNS = ['shopper', 'item', 'time']
/** A shopper and two items; most lines have as many. */
const LEAST_FIELDS = 3
/** Lines that are looked at to tell what a file is. */
const LOOKED_AT = 100

/** The table of a sequence log; null for any other file, which then has columns. */
export async function openSequences(path: string, options: TableOptions): Promise<Table | null> {
  if (!(await areSequences(path, options.encoding))) return null
  return {
    name: basename(path),
    columns: COLUMNS,
    form: 'sequences',
    sample: [],
    async *rows() {
      let line = 0
      for await (const lines of readLines(path, options))
        yield lines.flatMap((text) => rowsOf(text, ++line))
    },
  }
}

/** No header and no delimiter but spaces, and lines of different lengths. */
async function areSequences(path: string, encoding?: Encoding): Promise<boolean> {
  let head = ''
  for await (const text of readText(path, { encoding })) {
    head += text
    if (head.length > 1 << 16) break
  }
  const lines = head.split(/\r?\n/).slice(0, LOOKED_AT)
  const whole = lines.slice(0, -1).filter((text) => text.trim() !== '')
  if (whole.some((text) => /[,;|\t{}"]/.test(text))) return false
  const counts = whole.map((text) => fieldsOf(text).length)
  const long = counts.filter((count) => count >= LEAST_FIELDS).length
  return 2 * long > counts.length && new Set(counts).size > 1
}

function rowsOf(text: string, line: number): Row[] {
  const [shopper, ...items] = fieldsOf(text)
  if (shopper === undefined) return []
  if (items.length === 0) return [{ line, values: [], problem: 'unreadable' }]
  return items.map((item, k) => ({
    line,
    values: [shopper, item, formatDay(LAST_DAY - (items.length - 1 - k) * DAY)],
  }))
}

function fieldsOf(text: string): string[] {
  return text.split(' ').filter((field) => field !== '')
}
