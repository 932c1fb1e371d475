/**
 * @module Reads a shop folder: `catalog.jsonl`, `events.tsv` and `context.tsv`, each may be gzip
 * (`.gz`).
 * Streaming; what is wrong is refused with file and line. Of the log, up to a tenth of the lines may
 * be wrong: those are left out, and `leftOut` says how many and why.
 */
import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Catalog } from '../../core/catalog/catalog.ts'
import type { Item } from '../../core/catalog/item.ts'
import { parseItem } from '../../core/catalog/parseItem.ts'
import { NearsideError } from '../../core/error.ts'
import { findFile, readLines } from './lines.ts'
import { readContext } from './readContext.ts'
import { readEvents } from './readEvents.ts'
import type { Shop } from './shop.ts'

/**
 * The whole folder in memory. Items keep the catalog's order; items that only the log knows come
 * after them, id-only, in order of first appearance. Shoppers come in order of first appearance,
 * their interactions by time (lines of equal time keep the file's order). A line without a session
 * belongs to the session of its UTC day. If any time is a bare date, or every time is midnight, the
 * log is `dayOnly` and all times are cut to the day: an order inside a day that only some lines
 * know would mislead. A search without an item is kept apart, in `searches`, and makes nobody a
 * shopper; a list view without an item names nothing to learn from and is left out. Without
 * `catalog.jsonl` all items are id-only; without `context.tsv` the moments are known by their time
 * alone.
 *
 * @param now milliseconds since the epoch: lines of the log after it are wrong
 * @throws NearsideError `input-invalid` (folder, events), `catalog-invalid` (catalog)
 */
export async function readShop(
  directory: string,
  now: number = Number.POSITIVE_INFINITY,
): Promise<Shop> {
  const folder = await stat(directory).catch(() => undefined)
  if (!folder?.isDirectory())
    throw new NearsideError('input-invalid', `${directory}: there is no such shop folder`)
  const events = await findFile(join(directory, 'events.tsv'))
  if (!events)
    throw new NearsideError(
      'input-invalid',
      `${directory}: holds no events.tsv or events.tsv.gz (make one with 'nearside import')`,
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
export async function readCatalog(path: string): Promise<Item[]> {
  const items: Item[] = []
  const seen = new Map<string, number>()
  let line = 0
  for await (const lines of readLines(path)) {
    for (const text of lines) {
      line++
      if (text.trim() === '') continue
      const where = `${basename(path)} line ${line}`
      const item = parseItem(parseJson(text, where), where)
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

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new NearsideError('catalog-invalid', `${where}: is not JSON`, { cause: error })
  }
}
