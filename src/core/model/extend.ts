/** @module Adds items that appeared after training to a model, by their content. */
import type { Item } from '../catalog/item.ts'
import type { ColdStartItems } from '../features/itemStatistics.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'
import { type Added, createNeighbourSearch } from './coldStartNeighbours.ts'
import { comparablePrice } from './comparablePrice.ts'
import { contentVectors } from './content.ts'
import { concat, extendStatistics, smallest } from './extendStatistics.ts'

/**
 * Extends the model by a row for each unknown item, after its own rows; returns the same model if it knows
 * all. New rows have content vectors, no co-occurrence, no popularity and age 0. The features of a new item
 * use the statistics of its neighbours.
 */
export function extendModel(model: BaseModel, items: readonly Item[]): BaseModel {
  const added = addedItems(model, items)
  if (!added) return model
  const search = createNeighbourSearch(model.itemVectors, model.statistics, added)
  for (let one = 0; one < added.ids.length; one++) search.find(one)
  return joinItems(model, added, search.found)
}

/** Items that the model doesn't know, converted to its tables. */
export interface AddedItems extends Added {
  readonly ids: readonly string[]
}

/** Unknown items; null if the model knows all. */
export function addedItems(model: BaseModel, items: readonly Item[]): AddedItems | null {
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  const ids = new Set(model.itemIds)
  const added = items
    .filter(({ id }) => !ids.has(id) && ids.add(id))
    .map((item) => ({ ...item, price: comparablePrice(model, item) }))
  if (added.length === 0) return null
  const { statistics } = model
  const vectors = model.content
    ? contentVectors(model.content, added)
    : new Float32Array(added.length * DIMENSION)
  const typicalPrice = median(statistics.logPrice)
  const categories = categoriesOf(model, items, rows)
  const category = Uint16Array.from(added, (item) => categories.get(item.category ?? '') ?? 0)
  const logPrice = Float32Array.from(added, ({ price }) =>
    price === undefined ? typicalPrice : Math.log(price),
  )
  return { ids: added.map(({ id }) => id), vectors, category, logPrice }
}

/** Adds rows for the given items, see `extendModel`. */
export function joinItems(
  model: BaseModel,
  { ids, vectors, category, logPrice }: AddedItems,
  coldStart: ColdStartItems,
): BaseModel {
  // Mean bias of the neighbours; without neighbours, a new item starts as a rare item.
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
    statistics: { ...extendStatistics(model.statistics, category, logPrice), coldStart },
  }
}

/** Index of each category: from the model's content tables, or else from the items that the model knows. */
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

function median(values: Float32Array): number {
  return values.slice().sort()[values.length >> 1] ?? 0
}
