/** @module Frequency baselines of next-basket prediction: the shopper's own counts, and everybody's. */
import type { Basket } from './baskets.ts'

/** Number of baskets with each item, [N]. */
export function countBaskets(items: number, baskets: readonly Basket[]): Float32Array {
  const counts = new Float32Array(items)
  for (const basket of baskets) for (const item of basket) counts[item]++
  return counts
}

/**
 * Scores of P-TopFreq (own counts; −Infinity without any) and GP-TopFreq (filled up with popularity), [N] each.
 * Popularity orders equal counts; the benchmark's own code orders them by first purchase, which finds less.
 * @param popularity baskets of other shoppers with each item, [N]
 */
export function frequencies(baskets: readonly Basket[], popularity: Float32Array) {
  const most = popularity.reduce((highest, count) => Math.max(highest, count), 0)
  const filled = countBaskets(popularity.length, baskets).map(
    (count, item) => count + popularity[item] / (most + 1),
  )
  const personal = filled.map((score) => (score < 1 ? Number.NEGATIVE_INFINITY : score))
  return { 'p-topfreq': personal, 'gp-topfreq': filled }
}
