/**
 * @module Reads logs of sequences, a research format without times. Each line is one shopper: `shopper item item …`.
 * Each item gets a day of its own, counted back from one last day that all shoppers share. So training with a limit
 * before the last two days leaves out each shopper's last two items.
 */
import { identifier, type SqlEngine } from './engine.ts'
import type { Source } from './source.ts'

/** Number of fields that most lines must have: a shopper and at least two items. */
const LEAST_FIELDS = 3
const LOOKED_AT = 100

/** Whether a file begins like a log of sequences: only spaces as delimiters, lines of different lengths. */
export function looksLikeSequences(head: string): boolean {
  const whole = head.split(/\r?\n/).slice(0, LOOKED_AT).slice(0, -1)
  const lines = whole.filter((text) => text.trim() !== '')
  if (lines.some((text) => /[,;|\t{}"]/.test(text))) return false
  const counts = lines.map((text) => text.trim().split(/ +/).length)
  const long = counts.filter((count) => count >= LEAST_FIELDS).length
  return 2 * long > counts.length && new Set(counts).size > 1
}

/** @param lines SQL query whose rows have the columns `line` and `text` */
export async function sequenceSource(
  engine: SqlEngine,
  name: string,
  lines: string,
): Promise<Source> {
  await engine.run(`CREATE OR REPLACE TEMP VIEW text_lines AS ${lines}`)
  await engine.runFile('sequences')
  const columns = ['shopper', 'item', 'time']
  return {
    name,
    form: 'sequences',
    columns,
    column: identifier,
    wholeRow: () => `concat_ws(chr(31), ${columns.map(identifier)})`,
    relation: () => 'sequence_clicks',
  }
}
