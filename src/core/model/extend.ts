/** @module Extends a model by items added after training, by their title, category and price. */
import type { Item } from '../catalog/item.ts'
import type { ContextTable } from '../features/context/lifts.ts'
import { groupItems, peerKey } from '../features/intent.ts'
import type { ColdStartItems, ItemStatistics } from '../features/itemStatistics.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'
import { type Added, createNeighbourSearch } from './coldStartNeighbours.ts'
import { contentVectors } from './content.ts'
import { comparablePrice } from './prices.ts'
import type { TensorData } from './safetensors.ts'

/**
 * Appends a row for each item that the model lacks; returns the same model if there is none. A new row has a content
 * vector, no co-occurrence, no popularity and age 0; features use its neighbours' statistics (`ColdStartItems`).
 */
export function extendModel(model: BaseModel, items: readonly Item[]): BaseModel {
  const added = addedItems(model, items)
  if (!added) return model
  const search = createNeighbourSearch(model.itemVectors, model.statistics, added)
  for (let one = 0; one < added.ids.length; one++) search.find(one)
  return joinItems(model, added, search.found)
}

/** Rows to append to the model's tables, one per item that the model lacks. */
export interface AddedItems extends Added {
  readonly ids: readonly string[]
  readonly peerGroup: Uint16Array
}

/**
 * Maximum number of new items of a model with a tail (files of the less popular items). If the loaded model lacks more
 * items of the catalog, most of these are in the tail, so none counts as new.
 */
export const MOST_NEW = 5000

/** Finds the items that the model lacks; null if there are none, or more than `MOST_NEW` and the model has a tail. */
export function addedItems(model: BaseModel, items: readonly Item[]): AddedItems | null {
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  const ids = new Set(model.itemIds)
  const added = items
    .filter(({ id }) => !ids.has(id) && ids.add(id))
    .map((item) => ({ ...item, price: comparablePrice(model, item) }))
  if (added.length === 0 || (model.manifest.tail && added.length > MOST_NEW)) return null
  const { statistics } = model
  const vectors = model.content
    ? contentVectors(model.content, added)
    : new Float32Array(added.length * DIMENSION)
  const { logPrice: known } = statistics
  const median = known.toSorted()[known.length >> 1] ?? 0
  const categories = categoriesOf(model, items, rows)
  const category = Uint16Array.from(added, (item) => categories.get(item.category ?? '') ?? 0)
  const logPrice = Float32Array.from(added, ({ price }) =>
    price === undefined ? median : Math.log(price),
  )
  const peerGroup = groupItems(
    added,
    peerKey,
    peerGroupsOf(model, items, rows),
    // Indices of new groups follow those of all groups, including groups with items only in the tail.
    statistics.whole?.peerGroups,
  )
  return { ids: added.map(({ id }) => id), vectors, category, peerGroup, logPrice }
}

/** Appends the rows, as `extendModel` describes. */
export function joinItems(
  model: BaseModel,
  { ids, vectors, category, peerGroup, logPrice }: AddedItems,
  coldStart: ColdStartItems,
): BaseModel {
  // Mean bias of the neighbours; without neighbours the smallest bias, because rare items have small biases.
  const least = smallest(model.bias)
  const bias = Float32Array.from(ids, (_, one) => {
    let mean = 0
    let known = 0
    for (let k = one * coldStart.neighboursEach; k < (one + 1) * coldStart.neighboursEach; k++) {
      mean += coldStart.weights[k] * model.bias[coldStart.neighbours[k]]
      known += coldStart.weights[k]
    }
    return known > 0 ? mean : least
  })
  return {
    ...model,
    itemIds: [...model.itemIds, ...ids],
    itemVectors: concat(model.itemVectors, vectors),
    bias: concat(model.bias, bias),
    statistics: { ...extendStatistics(model.statistics, category, peerGroup, logPrice), coldStart },
  }
}

/** Index of each category, from the content tables or, without these, from the items that the model knows. */
function categoriesOf(
  { content, statistics }: BaseModel,
  items: readonly Item[],
  rows: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  if (content) return new Map(content.categories.map((name, index) => [name, index]))
  return new Map(
    items.flatMap(({ id, category }) => {
      const row = rows.get(id)
      return row === undefined || !category ? [] : [[category, statistics.category[row]]]
    }),
  )
}

/** Index of each peer group (category and brand) with items in the model. */
function peerGroupsOf(
  { statistics }: BaseModel,
  items: readonly Item[],
  rows: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    items.flatMap((item) => {
      const row = rows.get(item.id)
      const key = peerKey(item)
      const group = row === undefined ? 0 : statistics.peerGroup[row]
      return key === null || group === 0 ? [] : [[key, group]]
    }),
  )
}

function extendStatistics(
  statistics: ItemStatistics,
  category: Uint16Array,
  peerGroup: Uint16Array,
  logPrice: Float32Array,
): ItemStatistics {
  const { neighboursPerItem } = statistics
  const items = statistics.items + category.length
  const neighbourItems = new Uint32Array(items * neighboursPerItem)
  neighbourItems.set(statistics.neighbourItems)
  for (let row = statistics.items; row < items; row++)
    neighbourItems.fill(row, row * neighboursPerItem, (row + 1) * neighboursPerItem)
  const neighbourWeights = new Float32Array(items * neighboursPerItem)
  neighbourWeights.set(statistics.neighbourWeights)
  const zeros = new Float32Array(category.length)
  const categories = concat(statistics.category, category)
  const context = statistics.context?.map((table) => extendTable(table, statistics, categories))
  return {
    ...statistics,
    ...(context && { context }),
    items,
    neighbourItems,
    neighbourWeights,
    popularity7: concat(statistics.popularity7, zeros),
    popularity30: concat(statistics.popularity30, zeros),
    popularityAll: concat(statistics.popularityAll, zeros),
    logPrice: concat(statistics.logPrice, logPrice),
    category: categories,
    peerGroup: concat(statistics.peerGroup, peerGroup),
    ageDays: concat(statistics.ageDays, zeros),
    repeatRate: concat(statistics.repeatRate, zeros.slice().fill(smallest(statistics.repeatRate))),
  }
}

/** Adds rows for new items: in each context the mean lift (change of demand) of the item's category. */
export function extendTable(
  table: ContextTable,
  { items: known }: ItemStatistics,
  category: Uint16Array,
): ContextTable {
  const { length } = category
  const lifts = new Float32Array(table.values.length * length)
  table.values.forEach((_, v) => {
    const own = table.lifts.subarray(v * known, (v + 1) * known)
    lifts.set(own, v * length)
    const sums = new Map<number, { lift: number; count: number }>()
    own.forEach((lift, item) => {
      const sum = sums.get(category[item]) ?? { lift: 0, count: 0 }
      sums.set(category[item], { lift: sum.lift + lift, count: sum.count + 1 })
    })
    for (let item = known; item < length; item++) {
      const sum = category[item] > 0 ? sums.get(category[item]) : undefined
      if (sum) lifts[v * length + item] = sum.lift / sum.count
    }
  })
  return { ...table, lifts }
}

export function concat<Values extends TensorData>(...parts: readonly Values[]): Values {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const joined = new (parts[0].constructor as new (length: number) => Values)(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function smallest(values: Float32Array): number {
  return values.reduce((least, value) => Math.min(least, value), values[0] ?? 0)
}
