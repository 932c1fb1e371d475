/**
 * @module Finds the model's items that are most similar to an item added after training: by the cosine of the item
 * vectors or, for an item without a content vector, by closeness in price within its category.
 */
import type { ColdStartItems, ItemStatistics } from '../features/itemStatistics.ts'
import { DIMENSION } from './baseModel.ts'
import { highestRows } from './highest.ts'

const NEIGHBOURS_EACH = 20

export interface Added {
  /** Content vectors, row-major [added, d]; zeros for an item whose content is unknown. */
  readonly vectors: Float32Array
  /** Index of the category, as in `ItemStatistics`, [added]. */
  readonly category: Uint16Array
  /** Natural logarithm of the price, as in `ItemStatistics`, [added]. */
  readonly logPrice: Float32Array
}

/** Result in which no added item has neighbours yet. */
export function likeNothing(known: number, added: number): ColdStartItems {
  const neighboursEach = Math.min(NEIGHBOURS_EACH, known)
  const neighbours = new Uint32Array(added * neighboursEach)
  return { from: known, neighboursEach, neighbours, weights: new Float32Array(neighbours.length) }
}

/**
 * @param itemVectors vectors of the known items, row-major [N, d]
 * @returns the neighbours `found`, complete after one call of `find` per added item
 */
export function createNeighbourSearch(
  itemVectors: Float32Array,
  statistics: ItemStatistics,
  { vectors, category, logPrice }: Added,
) {
  const found = likeNothing(statistics.items, category.length)
  const { from, neighboursEach, neighbours, weights } = found
  const inverse = inverseNorms(itemVectors)
  const likeness = new Float32Array(from)
  return { found, find }

  function find(one: number): void {
    const vector = vectors.subarray(one * DIMENSION, (one + 1) * DIMENSION)
    if (vector.some((value) => value !== 0)) byDirection(vector)
    else byPrice(category[one], logPrice[one])
    const best = highestRows(likeness, neighboursEach).filter((row) => likeness[row] > 0)
    const sum = best.reduce((total, row) => total + likeness[row], 0)
    best.forEach((row, k) => {
      neighbours[one * neighboursEach + k] = row
      weights[one * neighboursEach + k] = likeness[row] / sum
    })
  }

  function byDirection(vector: Float32Array): void {
    for (let row = 0, at = 0; row < from; row++) {
      let dot = 0
      for (let j = 0; j < DIMENSION; j++, at++) dot += vector[j] * itemVectors[at]
      likeness[row] = dot * inverse[row]
    }
  }

  function byPrice(group: number, price: number): void {
    for (let row = 0; row < from; row++) {
      const isSame = group > 0 && statistics.category[row] === group
      likeness[row] = isSame ? Math.exp(-Math.abs(statistics.logPrice[row] - price)) : 0
    }
  }
}

function inverseNorms(vectors: Float32Array): Float32Array {
  return Float32Array.from({ length: vectors.length / DIMENSION }, (_, row) => {
    let square = 0
    for (let j = row * DIMENSION; j < (row + 1) * DIMENSION; j++) square += vectors[j] ** 2
    return square > 0 ? 1 / Math.sqrt(square) : 0
  })
}
