/** @module What is good about a list besides what it hits. Pure. */
import { DIMENSION } from '../../src/core/model/baseModel.ts'

export const LIST_LENGTH = 10

export interface Facts {
  /** Row-major [N, d]. */
  readonly itemVectors: Float32Array
  /** Family of each row; undefined: of none. */
  readonly families: readonly (string | undefined)[]
  /** Shoppers of each row, log1p, [N]. */
  readonly popularityAll: Float32Array
}

/** Mean over all pairs of 1 − cosine of the item vectors; 0 for a list without a pair. */
export function diversity(rows: readonly number[], { itemVectors }: Facts): number {
  const units = rows.map((row) =>
    unit(itemVectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)),
  )
  let sum = 0
  let pairs = 0
  for (let a = 0; a < units.length; a++)
    for (let b = 0; b < a; b++, pairs++)
      sum += 1 - units[a].reduce((dot, value, j) => dot + value * units[b][j], 0)
  return pairs > 0 ? sum / pairs : 0
}

/** Items beyond the second of their family. */
export function familyRepeats(rows: readonly number[], { families }: Facts): number {
  const counts = new Map<string, number>()
  let repeats = 0
  for (const row of rows) {
    const family = families[row]
    if (family === undefined) continue
    const count = (counts.get(family) ?? 0) + 1
    counts.set(family, count)
    if (count > 2) repeats++
  }
  return repeats
}

/** Mean of −log₂ of the share of all interest that each item has: what everybody knows is no news. */
export function novelty(rows: readonly number[], { popularityAll }: Facts): number {
  const all = popularityAll.reduce((sum, value) => sum + Math.expm1(value) + 1, 0)
  const news = rows.map((row) => -Math.log2((Math.expm1(popularityAll[row]) + 1) / all))
  return news.reduce((sum, value) => sum + value, 0) / Math.max(1, news.length)
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}
