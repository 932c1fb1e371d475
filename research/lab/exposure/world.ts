/** @module Simulated shoppers with a planted preference, and their clicks in a list. */
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import type { Random } from '@nearside/core/model/random.ts'

export interface Taste {
  /** exp(utility) of each item, [N]. */
  readonly worth: Float64Array
  /** exp(utility) of clicking nothing: the utility at the best hundredth of the catalog. */
  readonly nothing: number
}

/** @param strength weight of the preference beside popularity, both of unit variance; 0: popularity alone */
export function plantTaste(model: BaseModel, strength: number, random: Random): Taste {
  const { itemVectors, itemIds, statistics } = model
  const n = itemIds.length
  const loved = random.integer(n)
  const vector = (i: number) => itemVectors.subarray(i * DIMENSION, (i + 1) * DIMENSION)
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, j) => sum + x * b[j], 0)
  const likeness = Float64Array.from({ length: n }, (_, i) => {
    const size = Math.sqrt(dot(vector(i), vector(i)) * dot(vector(loved), vector(loved)))
    return size > 0 ? dot(vector(i), vector(loved)) / size : 0
  })
  const popularity = standardised(Float64Array.from(statistics.popularity30))
  const taste = standardised(likeness)
  const worth = popularity.map((p, i) => Math.exp(p + strength * taste[i]))
  return { worth, nothing: worth.toSorted()[Math.floor(0.99 * n)] }
}

/** Draws the clicked item by place and worth; null for no click. */
export function clickIn(list: readonly number[], taste: Taste, random: Random): number | null {
  const { worth, nothing } = taste
  const weights = list.map((item, place) => worth[item] / Math.log2(place + 2))
  return list[drawFrom([...weights, nothing], random)] ?? null
}

/** Draws an index with a probability proportional to its weight. */
export function drawFrom(weights: ArrayLike<number>, random: Random): number {
  let left = random.next() * Array.from(weights).reduce((sum, weight) => sum + weight, 0)
  return Array.from(weights).findIndex((weight) => {
    left -= weight
    return left < 0
  })
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
  return values.map((v) => (sd > 0 ? (v - mean) / sd : 0))
}
