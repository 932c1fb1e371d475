/**
 * @module Test shop with a split model: best sellers (head) and other parts (shards), in files like those of `publish`.
 */
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { readStrings } from '@nearside/core/model/fields.ts'
import { manifestBytes, readBaseModel, writeBaseModel } from '@nearside/core/model/files.ts'
import { readSafetensors } from '@nearside/core/model/safetensors.ts'
import { parseTailIndex } from '@nearside/core/model/tail.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { filesOf } from '@nearside/core/model/testShop.ts'
import { linesFolder, tailTexts } from '@nearside/train/models/splitRows.ts'
import { splitTail } from '@nearside/train/models/splitTail.ts'

export const HEAD = 1000
export const TAIL = 300
const SIZES = { whole: HEAD, head: HEAD, shard: 48 }

export async function tailShop(seed = 1) {
  const model = tinyModel(HEAD + TAIL, seed)
  const written = await writeBaseModel(model)
  const whole = await readBaseModel(written.manifest, written.files)
  const split = await splitTail(written, SIZES)
  if (!split) throw new Error('not split')
  const index = parseTailIndex(JSON.parse(new TextDecoder().decode(split.tail.get('index.json'))))
  const idsOf = (bytes: Uint8Array | undefined) =>
    readStrings(readSafetensors(bytes ?? utf8('')).get('item_ids')?.data as Uint8Array, 'item_ids')
  const rows = new Map(whole.itemIds.map((id, row) => [id, row]))
  const itemOf = (id: string): Item => {
    const row = rows.get(id) ?? -1
    const category = whole.content?.categories[whole.statistics.category[row]]
    return {
      id,
      title: `${id} thing`,
      ...(category && { category }),
      price: Number(Math.exp(whole.statistics.logPrice[row]).toFixed(2)),
    }
  }
  const headIds = idsOf(split.files.get('popularity.safetensors'))
  const shards = index.shards.map(({ file }) => {
    const ids = idsOf(split.tail.get(file.name))
    return { ids, departments: ids.map((id) => itemOf(id).category ?? '') }
  })
  const head = headIds.map(itemOf)
  const folder = split.manifest.tail?.folder ?? ''
  const bytes = manifestBytes(split.manifest)
  const { version } = split.manifest
  const files = new Map<string, Uint8Array<ArrayBuffer>>([
    ['latest.json', utf8(JSON.stringify({ version, manifest: await sha256Hex(bytes) }))],
    [`${version}/manifest.json`, bytes],
    ...[...split.files].map(
      ([name, file]) => [`${version}/${name}`, new Uint8Array(file)] as const,
    ),
    ...[...split.tail].map(([name, file]) => [`${folder}/${name}`, file] as const),
    ...[...tailTexts({ shards: shards.map(({ ids }) => ids.map(itemOf)) })].map(
      ([name, text]) => [`${linesFolder(folder)}/${name}`, utf8(text)] as const,
    ),
  ])
  return {
    model: whole,
    headModel: await readBaseModel(split.manifest, split.files),
    /** Files of the shop with the whole model in one part. */
    wholeFiles: await filesOf(whole),
    files,
    folder,
    /** `head`: best sellers, in `catalog.json`; `catalog`: the whole catalog in the same order. */
    head,
    catalog: [...head, ...shards.flatMap(({ ids }) => ids.map(itemOf))],
    shards,
  }
}
