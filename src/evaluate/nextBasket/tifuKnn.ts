/**
 * @module TIFU-kNN: the shopper's purchase frequencies, decayed within and between groups of baskets, mixed with the
 * frequencies of the nearest other shoppers.
 * @see Hu, He, Gao and Zhang 2020, "Modeling Personalized Item Frequency Information for Next-basket
 * Recommendation", doi 10.1145/3397271.3401066
 */
import { highestRows } from '@nearside/core/model/highest.ts'
import type { Basket } from './baskets.ts'

interface TifuSettings {
  readonly neighbours: number
  /** Number of groups that a shopper's baskets are divided into. */
  readonly groups: number
  /** Weight of a basket relative to the next basket, from 0 to 1. */
  readonly basketDecay: number
  /** Weight of a group relative to the next group, from 0 to 1. */
  readonly groupDecay: number
  /** Weight of the shopper's own vector, from 0 to 1; the neighbours' mean gets the rest. */
  readonly own: number
}

/** Settings that the authors published for Ta-Feng. */
export const TA_FENG: TifuSettings = {
  neighbours: 300,
  groups: 7,
  basketDecay: 0.9,
  groupDecay: 0.7,
  own: 0.7,
}

/** Sparse vector: the weight of each item whose weight is not 0. */
type Vector = ReadonlyMap<number, number>

/**
 * Decayed frequency of each item. If there are fewer baskets than groups, every basket is a group. If the baskets
 * don't divide evenly, the last groups have one basket more.
 * @param baskets oldest first, at least one
 */
export function decayedFrequency(
  baskets: readonly Basket[],
  { groups, basketDecay, groupDecay }: TifuSettings,
): Vector {
  const filled = Math.min(groups, baskets.length)
  const size = Math.floor(baskets.length / filled)
  const larger = baskets.length % filled
  const vector = new Map<number, number>()
  let at = 0
  for (let group = 0; group < filled; group++) {
    const end = at + size + (group >= filled - larger ? 1 : 0)
    const weight = groupDecay ** (groups - 1 - group) / (end - at) / filled
    for (; at < end; at++) {
      const decayed = weight * basketDecay ** (baskets.length - 1 - at)
      for (const item of baskets[at]) vector.set(item, (vector.get(item) ?? 0) + decayed)
    }
  }
  return vector
}

/**
 * Creates a function that scores all items, [N], from a shopper's baskets.
 * @param known baskets of each training shopper
 */
export function tifuKnn(
  items: number,
  known: readonly (readonly Basket[])[],
  settings: TifuSettings = TA_FENG,
): (baskets: readonly Basket[]) => Float32Array {
  const vectors = known.map((baskets) => decayedFrequency(baskets, settings))
  const norms = Float64Array.from(vectors, squaredLength)
  const having = Array.from({ length: items }, (): number[] => [])
  vectors.forEach((vector, shopper) => {
    for (const item of vector.keys()) having[item].push(shopper)
  })
  return (baskets) => {
    const own = decayedFrequency(baskets, settings)
    // Negative squared distance without its term |own|², which is the same for all shoppers.
    const nearness = Float32Array.from(norms, (norm) => -norm)
    for (const [item, weight] of own)
      for (const shopper of having[item])
        nearness[shopper] += 2 * weight * (vectors[shopper].get(item) ?? 0)
    const nearest = highestRows(nearness, settings.neighbours)
    const scores = new Float32Array(items)
    const share = (1 - settings.own) / nearest.length
    for (const shopper of nearest)
      for (const [item, weight] of vectors[shopper]) scores[item] += share * weight
    for (const [item, weight] of own) scores[item] += settings.own * weight
    return scores
  }
}

function squaredLength(vector: Vector): number {
  let sum = 0
  for (const weight of vector.values()) sum += weight * weight
  return sum
}
