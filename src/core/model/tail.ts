/**
 * @module Tail of a large catalog: the model's rows beyond its most popular items, the head. A folder has these rows in
 * files (shards), and files that map the hash of an id to its shard (buckets). The number of a row is its index in the
 * whole catalog: the head's rows come first, then those of each shard.
 */
import type { ItemStatistics } from '../features/itemStatistics.ts'
import { createReaders } from '../reading.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'
import { concat, extendTable } from './extend.ts'
import { corrupt, taker } from './fields.ts'
import { type ModelFile, readModelFile } from './manifest.ts'
import { itemsFromTensors, popularityFromTensors, statisticsFromTensors } from './parts.ts'
import { readSafetensors, type TensorData } from './safetensors.ts'

export interface TailIndex {
  readonly shards: readonly ShardRecord[]
  readonly buckets: readonly ModelFile[]
}

export interface ShardRecord {
  readonly file: ModelFile
  readonly items: number
}

/** Rows of the tail. In `statistics`, a neighbour is given by its index in the whole catalog. */
export interface TailRows
  extends Pick<BaseModel, 'itemIds' | 'itemVectors' | 'bias' | 'pictures' | 'statistics'> {
  /** Index of each row in the whole catalog, ascending. */
  readonly numbers: readonly number[]
  /** Co-occurrence of the head's rows with these rows. */
  readonly ties: readonly (readonly [head: number, number: number, weight: number])[]
}

const MOST_FILES = 65_535
const { list, object, record, whole } = createReaders((what) =>
  corrupt(`the tail's index: ${what} is missing or malformed`),
)
const readIndex = object<TailIndex>({
  shards: list(
    object<ShardRecord>({ file: readModelFile, items: whole(1, 1_000_000) }),
    MOST_FILES,
  ),
  buckets: list(readModelFile, MOST_FILES),
})

/** @throws NearsideError `model-corrupt` if the index is malformed */
export const parseTailIndex = (value: unknown): TailIndex => readIndex(value, 'index.json')

/** Title word (`words.json`) or category (`departments.json`) → indices of the shards that have it. */
export type ShardsBy = ReadonlyMap<string, readonly number[]>

const readShardsBy = record(list(whole(0, MOST_FILES), MOST_FILES))

/** @throws NearsideError `model-corrupt` if the file is malformed */
export const parseShardsBy = (value: unknown, name: string): ShardsBy =>
  new Map(Object.entries(readShardsBy(value, name)))

/** Hash of an id by FNV-1a with a final avalanche, below 2³². */
export function hashOfId(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Reads a bucket: hash of an id → shards that may have it. @throws NearsideError `model-corrupt` */
export function readBucket(bytes: Uint8Array): ReadonlyMap<number, readonly number[]> {
  const take = taker(readSafetensors(bytes), 'a bucket of ids')
  const hashes = take('hashes', Uint32Array, null)
  const shards = take('shards', Uint16Array, [hashes.length])
  const found = new Map<number, number[]>()
  hashes.forEach((hash, at) => {
    found.set(hash, [...(found.get(hash) ?? []), shards[at]])
  })
  return found
}

/**
 * @param first index of the shard's first row in the whole catalog
 * @throws NearsideError `model-corrupt` if the shard is malformed, or doesn't fit the head (the popular items)
 */
export function readShard(
  bytes: Uint8Array,
  { items }: Pick<ShardRecord, 'items'>,
  first: number,
  { neighboursPerItem, whole }: ItemStatistics,
): TailRows {
  const tensors = readSafetensors(bytes)
  const take = taker(tensors, 'a shard')
  const { itemIds, ...popularity } = popularityFromTensors(tensors, items)
  const heads = take('tie_heads', Uint32Array, null)
  const tied = take('tie_items', Uint32Array, [heads.length])
  const weights = take('tie_weights', Uint8Array, [heads.length])
  const statistics = statisticsFromTensors(tensors, items, whole?.items)
  if (statistics.neighboursPerItem !== neighboursPerItem)
    throw corrupt('a shard has another number of neighbours than the head')
  return {
    numbers: Array.from({ length: items }, (_, row) => first + row),
    itemIds,
    itemVectors: itemsFromTensors(tensors, items).itemVectors,
    bias: take('bias', Float32Array, [items]),
    statistics: { ...statistics, ...popularity },
    ...(tensors.has('pictures') && { pictures: take('pictures', Int8Array, [items, DIMENSION]) }),
    ties: Array.from(heads, (head, at) => [head, first + tied[at], weights[at] / 255]),
  }
}

/**
 * Whether rows from the disk are complete and have the shape of the head's rows.
 * @throws TypeError if a part is missing
 */
export function areRowsOf(head: BaseModel, rows: TailRows): boolean {
  const { numbers, itemIds, itemVectors, bias, statistics, ties } = rows
  const each = head.statistics.neighboursPerItem
  const fits = ({ length }: ArrayLike<unknown>, columns = 1) => length === columns * numbers.length
  return (
    [...FLOATS, ...INDICES].every((column) => fits(statistics[column])) &&
    [statistics.neighbourItems, statistics.neighbourWeights].every((one) => fits(one, each)) &&
    [itemIds, bias].every((one) => fits(one)) &&
    [itemVectors, rows.pictures ?? itemVectors].every((one) => fits(one, DIMENSION)) &&
    Array.isArray(ties) &&
    itemVectors.every(Number.isFinite)
  )
}

/** @param rows indices into the shard, ascending */
export function pickRows(shard: TailRows, rows: readonly number[]): TailRows {
  const { statistics } = shard
  const pick = <Values extends TensorData>(values: Values): Values => {
    const columns = values.length / shard.numbers.length
    const picked = new (values.constructor as new (length: number) => Values)(rows.length * columns)
    rows.forEach((row, at) => {
      picked.set(values.subarray(row * columns, (row + 1) * columns), at * columns)
    })
    return picked
  }
  const numbers = rows.map((row) => shard.numbers[row])
  const kept = new Set(numbers)
  return {
    numbers,
    itemIds: rows.map((row) => shard.itemIds[row]),
    itemVectors: pick(shard.itemVectors),
    bias: pick(shard.bias),
    ...(shard.pictures && { pictures: pick(shard.pictures) }),
    statistics: {
      ...statistics,
      ...mapped((column) => pick(statistics[column])),
      items: rows.length,
      neighbourItems: pick(statistics.neighbourItems),
      neighbourWeights: pick(statistics.neighbourWeights),
    },
    ties: shard.ties.filter(([, number]) => kept.has(number)),
  }
}

/**
 * Adds rows of the tail to the head. If `parts` have all items of the shopper's history, and the model has neither
 * trees nor terms for contexts, each score equals that of a model of the whole catalog to the last bit.
 * @param parts distinct rows, ascending by `numbers`
 */
export function joinTail(head: BaseModel, parts: readonly TailRows[]): BaseModel {
  if (parts.length === 0) return head
  const all = <Values extends TensorData>(own: Values, of: (part: TailRows) => Values) =>
    concat(own, ...parts.map(of))
  const { statistics } = head
  const columns = mapped((column) => all(statistics[column], (part) => part.statistics[column]))
  const context = statistics.context?.map((table) =>
    extendTable(table, statistics, columns.category),
  )
  const { pictures } = head
  return {
    ...head,
    itemIds: [head, ...parts].flatMap(({ itemIds }) => itemIds),
    itemVectors: all(head.itemVectors, (part) => part.itemVectors),
    bias: all(head.bias, (part) => part.bias),
    ...(pictures && {
      pictures: all(
        pictures,
        (part) => part.pictures ?? new Int8Array(part.numbers.length * DIMENSION),
      ),
    }),
    statistics: {
      ...statistics,
      ...columns,
      ...(context && { context }),
      items: columns.category.length,
      ...joinNeighbours(statistics, parts),
    },
  }
}

/** Neighbours by their rows in the joined model; neighbours without a row there are left out. */
function joinNeighbours(
  { items, neighboursPerItem: each, neighbourItems, neighbourWeights }: ItemStatistics,
  parts: readonly TailRows[],
): Pick<ItemStatistics, 'neighbourItems' | 'neighbourWeights'> {
  const rowOf = new Map<number, number>()
  let rows = items
  for (const { numbers } of parts) for (const number of numbers) rowOf.set(number, rows++)
  const joined = new Uint32Array(rows * each)
  const weights = new Float32Array(rows * each)
  const used = new Uint32Array(rows)
  const add = (row: number, neighbour: number | undefined, weight: number) => {
    if (neighbour === undefined || used[row] === each || row >= rows) return
    let at = row * each + used[row]++
    for (; at > row * each && weights[at - 1] < weight; at--) {
      joined[at] = joined[at - 1]
      weights[at] = weights[at - 1]
    }
    joined[at] = neighbour
    weights[at] = weight
  }
  const addAll = (row: number, of: ItemStatistics, from: number) => {
    for (let k = from * each; k < (from + 1) * each && of.neighbourWeights[k] > 0; k++) {
      const number = of.neighbourItems[k]
      add(row, number < items ? number : rowOf.get(number), of.neighbourWeights[k])
    }
  }
  joined.set(neighbourItems)
  weights.set(neighbourWeights)
  for (let row = 0; row < items; row++)
    while (used[row] < each && weights[row * each + used[row]] > 0) used[row]++
  for (const { ties } of parts)
    for (const [row, number, weight] of ties) if (row < items) add(row, rowOf.get(number), weight)
  let row = items
  for (const { numbers, statistics } of parts)
    numbers.forEach((_, from) => {
      addAll(row++, statistics, from)
    })
  for (row = 0; row < rows; row++) joined.fill(row, row * each + used[row], (row + 1) * each)
  return { neighbourItems: joined, neighbourWeights: weights }
}

const FLOATS = [
  ...(['popularity7', 'popularity30', 'popularityAll'] as const),
  ...(['logPrice', 'ageDays', 'repeatRate'] as const),
]
const INDICES = ['category', 'peerGroup'] as const
type Columns = Pick<ItemStatistics, (typeof FLOATS)[number] | (typeof INDICES)[number]>

/** Columns of the statistics with one value per item, each changed by `change`. */
const mapped = (change: <K extends keyof Columns>(column: K) => Columns[K]): Columns =>
  Object.fromEntries([...FLOATS, ...INDICES].map((column) => [column, change(column)])) as never
