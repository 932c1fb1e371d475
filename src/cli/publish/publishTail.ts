/** @module Tail (less popular products) of a catalog in a published folder: shards of the model, and catalog rows. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { utf8 } from '@nearside/core/bytes.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { nodeDisk } from '@nearside/train/models/disk.ts'
import { type PublishedModel, readLatest, readTail } from '@nearside/train/models/read.ts'
import { linesFolder, splitRows, tailTexts } from '@nearside/train/models/splitRows.ts'
import { failed, findingsAbout } from './finding.ts'
import { pack, placeFile, placeFolder } from './place.ts'

/** Quality of Brotli; the highest would take an hour for a million products. */
const QUALITY = 5

/**
 * Splits a catalog as its model is split; null if the model has no tail. `itemIds` lists the items of the head, then
 * those of each shard (part of the tail).
 * @throws NearsideError `model-corrupt`
 */
export async function splitCatalog(
  found: PublishedModel,
  { itemIds }: Pick<BaseModel, 'itemIds'>,
  rows: readonly unknown[],
) {
  const tail = await readTail(found)
  const { folder = '' } = found.manifest.tail ?? {}
  if (!tail) return null
  const split = splitRows(rows, itemIds, found.manifest.items, tail.index)
  const { head, left } = split
  const packed = await pack(tail.files, QUALITY)
  const texts = [...tailTexts(split)].map(([name, text]) => [name, utf8(text)] as const)
  const { files } = await pack(new Map(texts), QUALITY)
  const { ok, warning } = findingsAbout('size')
  const [all, some] = [itemIds.length, found.manifest.items].map((one) => one.toLocaleString('en'))
  const [shards, ofShop] = [folder, linesFolder(folder)]
  return {
    /** Rows of `catalog.json`: popular products (the model's head), and products that the model lacks. */
    head,
    /** Names of the tail's folders below `models/`. */
    folders: [shards, ofShop],
    /** All files of the tail, by path below `models/`. */
    files: new Map(
      [[shards, packed.files] as const, [ofShop, files] as const].flatMap(([path, of]) =>
        [...of].map(([name, bytes]) => [`${path}/${name}`, bytes] as const),
      ),
    ),
    findings: [
      ok(`Devices download the ${some} most popular of ${all} products; others by department.`),
      ...failed(
        left === 0 ||
          warning(
            `${left} products that the model lacks are left out: update it with nearside pretrain --from.`,
          ),
      ),
    ],
    async place(models: string) {
      await placeFolder(join(models, shards), packed.files)
      const lines = join(models, ofShop)
      for (const [name, bytes] of files) await placeFile(join(lines, name), bytes)
      // A compressed form from an earlier publication is removed if there is no new one: a server would go on sending it.
      for (const name of await nodeDisk.list(lines))
        if (!files.has(name)) await nodeDisk.remove(join(lines, name))
    },
  }
}

/** Rows of the products outside `catalog.json` in a published folder; empty if there are none. */
export async function readTailRows(out: string): Promise<readonly unknown[]> {
  const found = await readLatest(join(out, 'models')).catch(() => null)
  if (!found?.manifest.tail) return []
  const folder = join(out, 'models', linesFolder(found.manifest.tail.folder))
  const names = (await nodeDisk.list(folder)).filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => {
    const rows: unknown = JSON.parse(text)
    return Array.isArray(rows) ? rows : []
  })
}
