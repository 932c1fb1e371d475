/** @module Extends statistics by rows for items without counts. */

import type { ContextTable } from '../features/context/lifts.ts'
import type { ItemStatistics } from '../features/itemStatistics.ts'

export function extendStatistics(
  statistics: ItemStatistics,
  category: Uint16Array,
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
  const categories = new Uint16Array(items)
  categories.set(statistics.category)
  categories.set(category, statistics.items)
  const context = statistics.context?.map((table) => extendTable(table, statistics, categories))
  return {
    ...(context && { context }),
    items,
    neighboursPerItem,
    neighbourItems,
    neighbourWeights,
    popularity7: concat(statistics.popularity7, zeros),
    popularity30: concat(statistics.popularity30, zeros),
    popularityAll: concat(statistics.popularityAll, zeros),
    logPrice: concat(statistics.logPrice, logPrice),
    category: categories,
    ageDays: concat(statistics.ageDays, zeros),
    repeatRate: concat(statistics.repeatRate, zeros.slice().fill(smallest(statistics.repeatRate))),
  }
}

/** The lift of a new item in a context is the mean lift of its category. */
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

export function concat(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

export function smallest(values: Float32Array): number {
  return values.reduce((least, value) => Math.min(least, value), values[0] ?? 0)
}
