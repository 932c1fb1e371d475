/**
 * @module Splits the files of a large model into the head (most popular items), which devices download, and the tail:
 * shards of the other items by category, which devices download when they need them. All values stay identical.
 */
import { type Bytes, sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { popularityOf } from '@nearside/core/features/computeFeatures.ts'
import { priceRange } from '@nearside/core/features/intent.ts'
import { groupBy } from '@nearside/core/groupBy.ts'
import { readStrings, strings, vector } from '@nearside/core/model/fields.ts'
import { describeFile } from '@nearside/core/model/files.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type { ModelFile, ModelManifest } from '@nearside/core/model/manifest.ts'
import {
  MODEL_FILES,
  popularityFromTensors,
  statisticsFromTensors,
} from '@nearside/core/model/parts.ts'
import {
  readSafetensors,
  type Tensor,
  type Tensors,
  writeSafetensors,
} from '@nearside/core/model/safetensors.ts'
import { hashOfId, type ShardRecord, type TailIndex } from '@nearside/core/model/tail.ts'
import { gather, gatherColumns, splitNeighbours } from './splitTensors.ts'

/** Number of items above which a model is split, because a larger model needs over 60 MB of a device's memory. */
const MOST_WHOLE = 50_000
/** Number of items of the head. Up to this number, a device scores every item (`LARGE` in `candidateSource.ts`). */
const HEAD_ITEMS = 20_000
/** Maximum number of items of a shard; also the average number of ids in a file `ids-N`, which maps ids to shards. */
const SHARD_ITEMS = 4096

export interface SplitSizes {
  readonly whole: number
  readonly head: number
  readonly shard: number
}

const SIZES: SplitSizes = { whole: MOST_WHOLE, head: HEAD_ITEMS, shard: SHARD_ITEMS }

export interface UnpublishedModel {
  readonly manifest: ModelManifest
  /** Every file of the version except manifest.json, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface SplitModel extends UnpublishedModel {
  /** Files of the folder `manifest.tail.folder`, by name. */
  readonly tail: ReadonlyMap<string, Bytes>
}

/** Tensors with one row per item, by file. Context tensors have one column per item. */
const BY_ITEM: Readonly<Record<string, readonly string[]>> = {
  [MODEL_FILES.popularity]: ['popularity_7', 'popularity_30', 'popularity_all'],
  [MODEL_FILES.items]: ['item_vectors', 'item_scale'],
  [MODEL_FILES.statistics]: ['category', 'peer_group', 'log_price', 'age_days', 'repeat_rate'],
  [MODEL_FILES.shared]: ['bias'],
  [MODEL_FILES.pictures]: ['vectors'],
}

/** Splits a model; null if it has at most `sizes.whole` items. */
export async function splitTail(
  { manifest, files }: UnpublishedModel,
  sizes: SplitSizes = SIZES,
): Promise<SplitModel | null> {
  const { items } = manifest
  if (items <= sizes.whole) return null
  const tensors = new Map(
    [...files].flatMap(([name, bytes]) =>
      name.endsWith('.safetensors') ? [[name, readSafetensors(bytes)] as const] : [],
    ),
  )
  const of = (file: string): Tensors => tensors.get(file) ?? new Map()
  const { itemIds, ...popularity } = popularityFromTensors(of(MODEL_FILES.popularity), items)
  const statistics = {
    ...statisticsFromTensors(of(MODEL_FILES.statistics), items),
    ...popularity,
  }
  const head = highestRows(popularity.popularity30, sizes.head).sort((a, b) => a - b)
  const names = of(MODEL_FILES.items).get('categories')?.data
  const categories = names instanceof Uint8Array ? readStrings(names, 'categories') : []
  const departmentOf = (row: number) => categories[statistics.category[row]] ?? ''
  const isHead = new Set(head)
  const others = Array.from({ length: items }, (_, row) => row).filter((row) => !isHead.has(row))
  const popular = (row: number) => popularity.popularity30[row]
  const departments = groupBy(others, departmentOf)
  const shards = shardsOf(
    [...departments]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, rows]) => rows.toSorted((a, b) => popular(b) - popular(a) || a - b)),
    sizes.shard,
  )
  const numbers = new Uint32Array(items)
  for (const [number, row] of [...head, ...shards.flat()].entries()) numbers[row] = number
  const { tables, tiesOf } = splitNeighbours(statistics, numbers, head)

  const rowsOf = (file: string, rows: readonly number[]) =>
    (BY_ITEM[file] ?? []).flatMap((name): [string, Tensor][] => {
      const tensor = of(file).get(name)
      return tensor ? [[name, gather(tensor, rows)]] : []
    })
  const ids = (rows: readonly number[]): [string, Tensor] => [
    'item_ids',
    strings(rows.map((row) => itemIds[row])),
  ]
  const described: ModelFile[] = []
  const headFiles = new Map<string, Uint8Array>()
  for (const [name, bytes] of files) {
    const columns: [string, Tensor][] =
      name === MODEL_FILES.context
        ? [...of(name)].flatMap(([key, tensor]) =>
            tensor.shape[1] === items ? [[key, gatherColumns(tensor, head)]] : [],
          )
        : []
    const changed = new Map([
      ...rowsOf(name, head),
      ...columns,
      ...(name === MODEL_FILES.popularity ? [ids(head)] : []),
      ...(name === MODEL_FILES.statistics ? tables(head, head.length) : []),
    ])
    const isSplit = changed.size > 0
    const own = isSplit ? writeSafetensors(new Map([...of(name), ...changed])) : bytes
    headFiles.set(name, own)
    if (name.endsWith('.safetensors')) described.push(await describeFile(name, own))
  }

  const tail = new Map<string, Bytes>()
  const add = async (name: string, given: Tensors): Promise<ModelFile> => {
    const bytes = writeSafetensors(given)
    tail.set(name, bytes)
    return describeFile(name, bytes)
  }
  const records: ShardRecord[] = []
  let first = head.length
  for (const [n, rows] of shards.entries()) {
    const pictures = of(MODEL_FILES.pictures).get('vectors')
    const file = await add(
      `${n}.safetensors`,
      new Map([
        ...Object.keys(BY_ITEM)
          .filter((name) => name !== MODEL_FILES.pictures)
          .flatMap((name) => rowsOf(name, rows)),
        ...(pictures ? [['pictures', gather(pictures, rows)] as const] : []),
        ids(rows),
        ...tables(rows, items),
        ...tiesOf(first, rows.length),
      ]),
    )
    records.push({ file, items: rows.length })
    first += rows.length
  }
  const buckets = await Promise.all(
    bucketsOf(shards, itemIds, sizes.shard).map((bucket, b) => add(`ids-${b}.safetensors`, bucket)),
  )
  const index = utf8(JSON.stringify({ shards: records, buckets } satisfies TailIndex))
  const sha256 = await sha256Hex(index)
  tail.set('index.json', index)
  const whole = {
    items,
    popularity: popularityOf(statistics).sum,
    prices: priceRange(statistics),
    peerGroups: statistics.peerGroup.reduce((most, group) => Math.max(most, group), 0),
  }
  return {
    manifest: {
      ...manifest,
      items: head.length,
      files: described,
      tail: { folder: `tail-${sha256.slice(0, 16)}`, sha256, whole },
    },
    files: headFiles,
    tail,
  }
}

/** Fills shards with whole categories, in their sequence. A category larger than a shard gets its own shards. */
function shardsOf(departments: readonly (readonly number[])[], most: number): number[][] {
  const shards: number[][] = []
  for (const rows of departments) {
    const last = shards.at(-1)
    if (last && last.length + rows.length <= most) last.push(...rows)
    else
      for (let from = 0; from < rows.length; from += most)
        shards.push(rows.slice(from, from + most))
  }
  return shards
}

function bucketsOf(
  shards: readonly (readonly number[])[],
  itemIds: readonly string[],
  size: number,
): readonly Tensors[] {
  const count = Math.ceil(shards.reduce((sum, rows) => sum + rows.length, 0) / size)
  const buckets = Array.from({ length: count }, (): [hash: number, shard: number][] => [])
  for (const [shard, rows] of shards.entries())
    for (const row of rows) {
      const hash = hashOfId(itemIds[row])
      buckets[hash % count].push([hash, shard])
    }
  return buckets.map((bucket) => {
    bucket.sort(([a], [b]) => a - b)
    return new Map([
      ['hashes', vector(Uint32Array.from(bucket, ([hash]) => hash))],
      ['shards', vector(Uint16Array.from(bucket, ([, shard]) => shard))],
    ])
  })
}
