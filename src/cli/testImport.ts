/** @module Runs `nearside import` on a few small files, inside the test. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { testFolder } from '@nearside/core/testFolder.ts'
import type { ImportReport } from '@nearside/train/import/importShop.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { command } from './commands/import.ts'
import { type Flags, runCommand } from './testCommand.ts'

export type Files = Readonly<Record<string, string | Uint8Array>>
/** A line of `events.tsv`, by column name. */
type EventLine = Readonly<Record<string, string>>

/** Writes the files and imports them: `orders.csv` as --orders, `catalog.xml` as --catalog. */
export async function runImport(files: Files, flags: Flags = {}, folder = testFolder()) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const paths = Object.keys(files).map((name) => [name.replace(/\..*/, ''), join(folder, name)])
  const out = join(folder, 'out')
  const given = { ...Object.fromEntries(paths), out, ...flags }
  const { result, printed } = await runCommand(command, { flags: given })
  return {
    report: result as ImportReport,
    printed,
    shop: () => readShop(out),
    events: () => readEvents(out),
  }
}

/** Imports a shop's files with raw shopper ids. */
export async function imported(files: Files, flags: Flags = {}) {
  const { report, shop, events } = await runImport(files, { 'raw-ids': true, ...flags })
  return { report, items: (await shop()).items, events: await events() }
}

async function readEvents(out: string): Promise<EventLine[]> {
  const text = gunzipSync(await readFile(join(out, 'events.tsv.gz'))).toString()
  const [names, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  return lines.map((fields) => Object.fromEntries(names.map((name, k) => [name, fields[k]])))
}

export const brief = (events: readonly EventLine[], ...columns: string[]) =>
  events.map((event) => columns.map((column) => event[column]).join(' '))

/** Writes rows, given as fields by column name, as delimited text. */
export function table(
  columns: string,
  rows: readonly Readonly<Record<string, string>>[],
  delimiter = ',',
) {
  const names = columns.split(',')
  const field = (text = '') =>
    /["\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))]
  for (const row of rows)
    for (const name of Object.keys(row)) if (!names.includes(name)) throw new Error(name)
  return lines.map((line) => `${line.map(field).join(delimiter)}\n`).join('')
}
