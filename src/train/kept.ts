/**
 * @module Stores the results of a training's finished parts, so that an interrupted training can resume. A result is
 * reused only if log, catalog, options and code are the same.
 */
import { createHash, type Hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import type { Holdout } from './holdout.ts'
import { type Disk, nodeDisk } from './models/disk.ts'
import type { Shop } from './shop/shop.ts'
import type { WordVectors } from './wordVectors.ts'

export interface KeptIn {
  /** Private folder: the results contain shoppers' cases. */
  readonly folder: string
  /** Called once, when storing fails. Then no more results are stored, and stored results are removed. */
  onFailure(error: unknown): void
  readonly disk?: Disk
}

/** Returns the stored result for `part`, or calls `make` if there is none. */
type Keep = <T>(part: string, make: () => T | Promise<T>) => Promise<T>

export const keepNothing: Keep = async (_, make) => make()

/** Opens the folder, and removes the results of other trainings from it. */
export async function keepParts(
  { folder, onFailure, disk = nodeDisk }: KeptIn,
  key: string,
): Promise<Keep> {
  let works = true
  const attempt = (work: Promise<void>) =>
    work.catch(async (error: unknown) => {
      works = false
      await disk.remove(folder).catch(() => {})
      onFailure(error)
    })
  const sweep = async () => {
    for (const name of await disk.list(folder))
      if (!name.endsWith(`-${key}`)) await disk.remove(join(folder, name))
  }
  const write = async (path: string, made: unknown) => {
    const bytes = serialize(made)
    await disk.makeFolder(folder, 0o700)
    const draft = `${path}.${process.pid}`
    await disk.write(draft, bytes)
    await disk.rename(draft, path)
  }
  await attempt(sweep())
  return async <T>(part: string, make: () => T | Promise<T>): Promise<T> => {
    const path = join(folder, `${part}-${key}`)
    const kept = works ? await disk.read(path).catch(() => null) : null
    if (kept) return deserialize(kept)
    const made = await make()
    if (works) await attempt(write(path, made))
    return made
  }
}

/** Cache key, which changes with anything that can change the model. */
export async function keyOf(
  shop: Shop,
  { holdout, words, ...rest }: { readonly holdout: Holdout; readonly words: WordVectors },
): Promise<string> {
  const hash = createHash('sha256')
  const add = (value: unknown) => hash.update(`${JSON.stringify(value)}\n`)
  const { items, shoppers, searches = [], prices = [], others, ...facts } = shop
  const out = 'fraction' in holdout ? holdout : [...holdout.shoppers]
  // `now` changes no model: training only rejects logs that end after that time.
  const options = { ...rest, now: undefined, keptIn: undefined }
  for (const value of [process.version, options, out, facts]) add(value)
  for (const values of [items, shoppers, searches, prices]) for (const value of values) add(value)
  if (others) {
    for (const asOf of others.countDates) hashNumbers(hash, others.countsAt(asOf))
    for (const asOf of others.pairDates) hashNumbers(hash, others.pairsAt(asOf))
    hashNumbers(hash, { first: others.first })
  }
  hash.update(JSON.stringify(words.words)).update(words.vectors)
  for (const part of ['core', 'engine', 'train']) {
    const folder = fileURLToPath(new URL(`../${part}`, import.meta.url))
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) hash.update(await readFile(join(entry.parentPath, entry.name)))
  }
  return hash.digest('hex').slice(0, 32)
}

function hashNumbers(hash: Hash, fields: object): void {
  for (const [name, value] of Object.entries(fields))
    hash
      .update(name)
      .update(ArrayBuffer.isView(value) ? new Uint8Array(value.buffer) : String(value))
}
