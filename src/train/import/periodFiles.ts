/**
 * @module Click streams cut into periods, as research on incremental learning publishes them: a
 * folder with a file a period, `session item` a line in order of time, without times. Each period
 * gets a week of its own from an invented Monday on, its clicks spread evenly over it: only the
 * order and the week mean anything.
 */

import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { NearsideError } from '../../core/error.ts'
import { DAY } from '../../core/time.ts'
import { readLines } from '../shop/lines.ts'
import { formatTime } from '../shop/time.ts'
import type { Row, Table, TableOptions } from './table.ts'

/** A Monday so long ago that nobody takes it for a real one. */
const FIRST_WEEK = Date.UTC(2000, 0, 3)
const WEEK_SECONDS = (7 * DAY) / 1000
const COLUMNS = ['shopper', 'session', 'item', 'time', 'event']
const NUMBERED = /(\d+)\.(?:txt|tsv)(?:\.gz)?$/

/**
 * The table of a folder of periods; null for a file.
 * @throws NearsideError `input-invalid` for a folder whose files carry no numbers
 */
export async function openPeriods(path: string, options: TableOptions): Promise<Table | null> {
  const about = await stat(path).catch(() => undefined)
  if (!about?.isDirectory()) return null
  const files = (await readdir(path))
    .flatMap((name) => {
      const number = NUMBERED.exec(name)
      return number ? [{ name, number: Number(number[1]) }] : []
    })
    .sort((a, b) => a.number - b.number)
  if (files.length === 0)
    throw new NearsideError(
      'input-invalid',
      `${path}: is a folder, and none of its files is a numbered period like period_0.txt`,
    )
  return {
    name: basename(resolve(path)),
    columns: COLUMNS,
    form: 'periods',
    sample: [],
    async *rows() {
      for (const [period, { name }] of files.entries()) {
        yield await rowsOf(join(path, name), FIRST_WEEK + 7 * period * DAY, options)
        options.onProgress?.(period + 1, files.length)
      }
    },
  }
}

async function rowsOf(path: string, start: number, { encoding }: TableOptions): Promise<Row[]> {
  const lines: string[] = []
  for await (const some of readLines(path, { encoding })) lines.push(...some)
  const clicks = lines.map((text) => text.trim().split(/\s+/))
  // Whole seconds where the week has enough of them: shorter to write, and as good.
  const step = Math.max(1, Math.floor(WEEK_SECONDS / Math.max(1, clicks.length))) * 1000
  return clicks.flatMap((fields, k): Row[] => {
    const line = k + 1
    if (fields.length === 1 && fields[0] === '') return []
    if (fields.length !== 2) return [{ line, values: [], problem: 'unreadable' }]
    const [session, item] = fields
    // Nobody is known beyond a session: each is a shopper of its own.
    const time = formatTime(start + k * step)
    return [{ line, values: [session, session, item, time, 'view_item'] }]
  })
}
