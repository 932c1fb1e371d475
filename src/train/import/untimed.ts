/**
 * @module Reads research logs without times, and invents times that keep the order. Sequences: one shopper a line,
 * `shopper item item …`. Each item gets a day of its own, counted back from one last day that all shoppers share. So
 * a limit before the last two days removes each shopper's last two items. Periods: a folder with one numbered file
 * for each period, and a line `session item` for each click. Each period gets a week, with its clicks spread evenly.
 */
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import { identifier, quote, type SqlEngine } from './engine.ts'
import type { Source } from './source.ts'

/** Minimum number of fields of most lines: a shopper and two items. */
const LEAST_FIELDS = 3
const LOOKED_AT = 100
const NUMBERED = /(\d+)\.(?:txt|tsv)(?:\.gz)?$/

/** A sequence log has no header, no delimiter but spaces, and lines of different lengths. */
export function looksLikeSequences(head: string): boolean {
  const whole = head.split(/\r?\n/).slice(0, LOOKED_AT).slice(0, -1)
  const lines = whole.filter((text) => text.trim() !== '')
  if (lines.some((text) => /[,;|\t{}"]/.test(text))) return false
  const counts = lines.map((text) => text.trim().split(/ +/).length)
  const long = counts.filter((count) => count >= LEAST_FIELDS).length
  return 2 * long > counts.length && new Set(counts).size > 1
}

/** @param lines SQL of rows with `line` and `text` */
export async function sequenceSource(
  engine: SqlEngine,
  name: string,
  lines: string,
): Promise<Source> {
  await engine.run(`CREATE OR REPLACE TEMP VIEW text_lines AS ${lines}`)
  await engine.runFile('sequences')
  return untimed(name, 'sequences', ['shopper', 'item', 'time'], 'sequence_clicks')
}

/** @throws NearsideError `input-invalid` for a folder whose files carry no numbers */
export async function periodSource(engine: SqlEngine, path: string): Promise<Source> {
  const files = (await readdir(path))
    .flatMap((name) => {
      const number = NUMBERED.exec(name)
      return number ? [{ path: join(path, name), number: Number(number[1]) }] : []
    })
    .sort((a, b) => a.number - b.number)
  if (files.length === 0)
    throw new NearsideError(
      'input-invalid',
      `${path}: is a folder, and none of its files is a numbered period like period_0.txt`,
    )
  await engine.run(`SET VARIABLE period_files = [${files.map(({ path }) => quote(path))}]`)
  await engine.runFile('periods')
  const columns = ['shopper', 'session', 'item', 'time', 'event']
  return untimed(basename(resolve(path)), 'periods', columns, 'period_clicks')
}

function untimed(
  name: string,
  form: Source['form'],
  columns: readonly string[],
  relation: string,
): Source {
  return {
    name,
    form,
    columns,
    column: identifier,
    wholeRow: () => `concat_ws(chr(31), ${columns.map(identifier)})`,
    relation: () => relation,
  }
}
