/** @module Items that appeared after training join a model at once, by their content. */
import type { Item } from '../catalog/item.ts'
import type { ContextTable } from '../features/context/lifts.ts'
import type { ItemStatistics } from '../features/itemStatistics.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'
import { contentVectors } from './content.ts'

/**
 * The model with a row for each item that it doesn't know, after its own rows; itself when it
 * knows all. New rows have content vectors, no neighbours, no popularity and age 0.
 */
export function extendModel(model: BaseModel, items: readonly Item[]): BaseModel {
  const known = new Set(model.itemIds)
  const added = items.filter(({ id }) => !known.has(id) && known.add(id))
  if (added.length === 0) return model
  const vectors = model.content
    ? contentVectors(model.content, added)
    : new Float32Array(added.length * DIMENSION)
  return {
    ...model,
    itemIds: [...model.itemIds, ...added.map(({ id }) => id)],
    itemVectors: concat(model.itemVectors, vectors),
    // A new item starts as a rare known one does, not as the average.
    bias: concat(model.bias, new Float32Array(added.length).fill(smallest(model.bias))),
    statistics: extendStatistics(model.statistics, added, model.content?.categories ?? []),
  }
}

function extendStatistics(
  statistics: ItemStatistics,
  added: readonly Item[],
  categories: readonly string[],
): ItemStatistics {
  const { neighboursPerItem } = statistics
  const items = statistics.items + added.length
  const neighbourItems = new Uint32Array(items * neighboursPerItem)
  neighbourItems.set(statistics.neighbourItems)
  for (let row = statistics.items; row < items; row++)
    neighbourItems.fill(row, row * neighboursPerItem, (row + 1) * neighboursPerItem)
  const neighbourWeights = new Float32Array(items * neighboursPerItem)
  neighbourWeights.set(statistics.neighbourWeights)
  const zeros = new Float32Array(added.length)
  const typicalPrice = median(statistics.logPrice)
  const category = new Uint16Array(items)
  category.set(statistics.category)
  added.forEach((item, i) => {
    category[statistics.items + i] = Math.max(0, categories.indexOf(item.category ?? ''))
  })
  const context = statistics.context?.map((table) => extendTable(table, statistics, category))
  return {
    ...(context && { context }),
    items,
    neighboursPerItem,
    neighbourItems,
    neighbourWeights,
    popularity7: concat(statistics.popularity7, zeros),
    popularity30: concat(statistics.popularity30, zeros),
    popularityAll: concat(statistics.popularityAll, zeros),
    logPrice: concat(
      statistics.logPrice,
      Float32Array.from(added, ({ price }) =>
        price !== undefined && price > 0 ? Math.log(price) : typicalPrice,
      ),
    ),
    category,
    ageDays: concat(statistics.ageDays, zeros),
    repeatRate: concat(statistics.repeatRate, zeros.slice().fill(smallest(statistics.repeatRate))),
  }
}

/** A new item is worth in a context what the others of its category are on average. */
function extendTable(
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

function concat(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

function smallest(values: Float32Array): number {
  return values.reduce((least, value) => Math.min(least, value), values[0] ?? 0)
}

function median(values: Float32Array): number {
  return values.slice().sort()[values.length >> 1] ?? 0
}
