/** @module Writes `live.json` for a published folder, from the shop's feed. After any fault, the last file stays. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { headOf } from '@nearside/core/catalog/catalogLines.ts'
import { changesOf } from '@nearside/core/catalog/changesOf.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { NamedColumns } from '@nearside/train/import/columns.ts'
import { readProductFile } from '@nearside/train/import/readCatalog.ts'
import { withFolder } from '@nearside/train/withFolder.ts'
import { placeFile } from '../publish/place.ts'
import { readTailRows } from '../publish/publishTail.ts'
import type { Fetching } from '../systems/fetchWhole.ts'
import { readSystem, type SystemName } from '../systems/readSystem.ts'
import { keepGoodPrices, refuseImplausible } from './changes.ts'
import { readFeed } from './fetchFeed.ts'
import { LIVE_JSON, readLiveJson, type SyncedFile } from './liveJson.ts'

export interface SyncOrder extends Fetching {
  /** Address of the feed, or of the shop system's API. */
  readonly feed: string
  /** Shop system whose API is read instead of a feed. */
  readonly from?: SystemName
  readonly out: string
  /** Names of the feed's columns; by default they are recognised. */
  readonly columns?: NamedColumns
  /** Time zone of times in the feed that name none; default UTC. */
  readonly timeZone?: string
  /** Minutes after which an open page requests `live.json` again. */
  readonly minutes: number
  readonly dryRun?: boolean
  /** Current time, milliseconds since the epoch. */
  readonly now: () => number
}

export interface Synced {
  readonly file: SyncedFile
  /** Whether the file was written, or would be written without a dry run. */
  readonly isNew: boolean
  /** Ids of products whose price in the feed is missing, 0 or in another currency; these keep their last good price. */
  readonly kept: readonly string[]
}

/** Milliseconds after which an unchanged file is written again, so that its age shows that `sync` works. */
const CONFIRM = 3_600_000

/**
 * @throws NearsideError `input-invalid` or `catalog-invalid` if the feed or the published catalog can't be used,
 *   `storage-unavailable` if the file can't be written, `aborted` if the signal aborts; nothing was written
 */
export async function syncSite(order: SyncOrder): Promise<Synced> {
  const { out, now } = order
  const { published, version, head, hasTail } = await readPublished(out)
  const old = await readLiveJson(out)
  const last = old?.catalog === version ? old : null
  // The version is a hash of `catalog.json` alone, which lacks the products of a tail. With a tail, the feed is therefore
  // always compared anew.
  const read = await readChanges(order, published, hasTail ? null : last)
  const { changed, gone, added } = read?.changes ?? last ?? { changed: [], gone: [], added: [] }
  const feed = read?.feed ?? last?.feed
  const { minutes } = order
  const time = new Date(now()).toISOString()
  const kept = read?.kept ?? []
  const file: SyncedFile = { catalog: version, head, time, minutes, changed, gone, added, feed }
  const isSame = last && JSON.stringify({ ...file, time: last.time }) === JSON.stringify(last)
  if (isSame && Math.abs(now() - Date.parse(last.time)) < CONFIRM)
    return { file: last, isNew: false, kept }
  // Another catalog was published meanwhile, so the changes are computed again.
  if ((await readPublished(out)).version !== version) return syncSite(order)
  if (!order.dryRun) await placeFile(join(out, LIVE_JSON), utf8(JSON.stringify(file)))
  return { file, isNew: true, kept }
}

/** @returns null if the feed has not changed since `last` */
async function readChanges(
  { columns, timeZone, feed, from, fetch, timeout, signal, now }: SyncOrder,
  published: Catalog,
  last: SyncedFile | null,
) {
  try {
    const fetching = { fetch, timeout, signal }
    const compare = async (path: string) => {
      const { items } = published
      const currency = items.find((item) => item.currency)?.currency ?? null
      const known = items.map(({ id }) => id)
      const read = await readProductFile(path, now(), { columns, currency, known, timeZone })
      // A feed without usual prices doesn't change the usual prices of the catalog.
      const comparable = read.hasRegularPrices
        ? items
        : items.map((item) => ({ ...item, regularPrice: undefined }))
      const { items: current, kept } = keepGoodPrices(comparable, last, read.items)
      const changes = changesOf(comparable, current)
      refuseImplausible(items, read.items, changes)
      return { changes, kept }
    }
    if (from) {
      const api = { url: feed, ...fetching }
      const read = (folder: string) => readSystem(from, 'products', api, folder)
      const compared = await withFolder(async (to) => compare(await read(to)))
      return { ...compared, feed: undefined }
    }
    const how = JSON.stringify([columns, timeZone])
    const read = await readFeed({ url: feed, how, last: last?.feed ?? null, ...fetching }, compare)
    return read && { ...read.value, feed: read.state }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const code = error instanceof NearsideError ? error.code : 'input-invalid'
    const message = `the feed was not used, and ${LIVE_JSON} stays as it is: ${why}`
    throw new NearsideError(signal.aborted ? 'aborted' : code, message, { cause: error })
  }
}

async function readPublished(out: string) {
  const path = join(out, 'catalog.json')
  const bytes = await readFile(path).catch((cause) => {
    throw invalidInput(`${path} can't be read: run nearside publish --out ${out} first`, cause)
  })
  const value = readJson(bytes, 'catalog-invalid', `${path} is no JSON`)
  const tail = await readTailRows(out)
  const rows = [...(Array.isArray(value) ? value : []), ...tail]
  return {
    hasTail: tail.length > 0,
    published: Catalog.parse(Array.isArray(value) ? rows : value),
    version: await sha256Hex(new Uint8Array(bytes)),
    head: await sha256Hex(utf8(headOf(bytes.toString()))),
  }
}
