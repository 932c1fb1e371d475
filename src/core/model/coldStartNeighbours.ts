/**
 * @module What an item that a model doesn't know is most like, among those it knows: by direction of
 * the item vectors, or, where its content says nothing, its category's items by price.
 */

import type { ColdStartItems } from '../features/coldStart.ts'
import type { ItemStatistics } from '../features/itemStatistics.ts'
import { DIMENSION } from './baseModel.ts'
import { highestRows } from './highest.ts'

const NEIGHBOURS_EACH = 20

export interface Added {
  /** From content, row-major [added, d]; all 0 where nothing is known. */
  readonly vectors: Float32Array
  /** As `ItemStatistics` has them, [added]. */
  readonly category: Uint16Array
  readonly logPrice: Float32Array
}

/** Before anything is found: items of which each is like nothing. */
export function likeNothing(known: number, added: number): ColdStartItems {
  const neighboursEach = Math.min(NEIGHBOURS_EACH, known)
  const neighbours = new Uint32Array(added * neighboursEach)
  return { from: known, neighboursEach, neighbours, weights: new Float32Array(neighbours.length) }
}

interface NeighbourSearch {
  /** Complete once `find` was called for each added item. */
  readonly found: ColdStartItems
  find(one: number): void
}

/** @param itemVectors of the known items, row-major [N, d] */
export function createNeighbourSearch(
  itemVectors: Float32Array,
  statistics: ItemStatistics,
  { vectors, category, logPrice }: Added,
): NeighbourSearch {
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
