/** @module Reads a shop folder: `catalog.jsonl`, `events.tsv` and `context.tsv`; each may be gzip (`.gz`). */
import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { parseItem } from '@nearside/core/catalog/parseItem.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { contextFault } from '@nearside/core/features/context/context.ts'
import type { ContextChange } from '@nearside/core/features/context/lifts.ts'
import { findFile, readLines } from './lines.ts'
import { type PicturedItem, readPictureVector } from './pictureVectors.ts'
import { readEvents } from './readEvents.ts'
import type { Shop } from './shop.ts'
import { parseIsoTime } from './time.ts'

/**
 * Reads the whole folder into memory.
 * - Items keep the catalog's order. Items that only the log has follow in the order of the log, with only an id.
 * - Shoppers keep the log's order. Their interactions are sorted by time; equal times stay as in the file.
 * - The log is `dayOnly` if any time is a bare date, or every time is midnight. Then all times are cut to the day,
 *   because times that only some lines have would mislead.
 * - A search without an item is stored in `searches` and adds no shopper.
 * - A list view without an item is left out.
 * - Up to a tenth of the log's lines may be wrong; they are left out, and `leftOut` counts them by reason.
 *
 * @param now milliseconds since the epoch; lines with a later time count as wrong
 * @throws NearsideError `input-invalid` (folder, events), `catalog-invalid` (catalog)
 */
export async function readShop(
  directory: string,
  now: number = Number.POSITIVE_INFINITY,
): Promise<Shop> {
  const folder = await stat(directory).catch(() => undefined)
  if (!folder?.isDirectory()) throw invalidInput(`${directory}: there is no such shop folder`)
  const events = await findFile(join(directory, 'events.tsv'))
  if (!events)
    throw invalidInput(
      `${directory}: contains no events.tsv or events.tsv.gz (make one with 'nearside import')`,
    )
  const catalogPath = await findFile(join(directory, 'catalog.jsonl'))
  const catalog = new Catalog(catalogPath ? await readCatalog(catalogPath) : [])
  const context = await findFile(join(directory, 'context.tsv'))
  return {
    name: basename(resolve(directory)),
    ...(await readEvents(events, catalog, now)),
    ...(context && { context: await readContext(context) }),
  }
}

/** @throws NearsideError `catalog-invalid`, naming file and line */
export async function readCatalog(path: string): Promise<PicturedItem[]> {
  const items: PicturedItem[] = []
  const seen = new Map<string, number>()
  let line = 0
  for await (const lines of readLines(path)) {
    for (const text of lines) {
      line++
      if (text.trim() === '') continue
      const where = `${basename(path)} line ${line}`
      const item = readItem(parseJson(text, where), where)
      const first = seen.get(item.id)
      if (first !== undefined)
        throw new NearsideError(
          'catalog-invalid',
          `${where}: the id '${item.id}' was already used on line ${first}`,
        )
      seen.set(item.id, line)
      items.push(item)
    }
  }
  return items
}

function readItem(row: unknown, where: string): PicturedItem {
  const item = parseItem(row, where)
  const { pictureVector = null } = row as Readonly<Record<string, unknown>>
  if (pictureVector === null || pictureVector === '') return item
  return { ...item, pictureVector: readPictureVector(pictureVector, where) }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new NearsideError('catalog-invalid', `${where}: is not JSON`, { cause: error })
  }
}

const COLUMNS = ['time', 'name', 'value'] as const

/**
 * Reads lines of time (ISO, UTC), name and value. A value applies until the next line with the same name; an empty
 * value only ends the previous one.
 * @throws NearsideError `input-invalid`, naming file and line
 */
export async function readContext(path: string): Promise<ContextChange[]> {
  const changes: ContextChange[] = []
  let places: readonly number[] | undefined
  let line = 0
  const refusal = (message: string) => invalidInput(`${basename(path)} line ${line}: ${message}`)
  for await (const lines of readLines(path)) {
    for (const text of lines) {
      line++
      const fields = text.split('\t')
      if (!places) {
        places = COLUMNS.map((column) => fields.indexOf(column))
        if (places.includes(-1) || fields.length !== COLUMNS.length)
          throw refusal(`the header must be ${COLUMNS.join(', ')} (tab-separated)`)
        continue
      }
      if (text === '') continue
      if (fields.length !== COLUMNS.length)
        throw refusal(`has ${fields.length} fields, the header has ${COLUMNS.length}`)
      const [written, name, value] = places.map((place) => fields[place])
      const parsed = parseIsoTime(written)
      if (!parsed) throw refusal(`'${written}' is not an ISO date or date-time`)
      const fault = contextFault(name, value)
      if (fault !== null) throw refusal(fault)
      changes.push({ time: parsed.time, name, value })
    }
  }
  return changes
}
