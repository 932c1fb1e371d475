/**
 * @module Synthetic examples of the rare class, interpolated between real examples. For numeric inputs only:
 * interpolated item ids have no meaning.
 * @see Chawla, Bowyer, Hall and Kegelmeyer 2002, "SMOTE", doi 10.1613/jair.953
 * @see He, Bai, Garcia and Li 2008, "ADASYN", doi 10.1109/IJCNN.2008.4633969
 */
import { type Random, shuffled } from '../../model/random.ts'

/** k of both papers. */
const NEIGHBOURS = 5

/**
 * SMOTE: each new row lies between a rare row and one of its k nearest rare rows. Each rare row is the starting point
 * equally often; the numbers differ by at most one.
 */
export function smote(
  rare: readonly Float32Array[],
  count: number,
  random: Random,
  k = NEIGHBOURS,
): Float32Array[] {
  if (rare.length < 2) return []
  const starts = shuffled(rare.length, random)
  const neighbours = new Map<number, readonly number[]>()
  return Array.from({ length: count }, (_, made) => {
    const start = starts[made % starts.length]
    return between(rare, start, neighboursOf(rare, start, k, neighbours), random)
  })
}

/**
 * ADASYN's number of new rows per rare row: proportional to the share of the other class among its k nearest
 * rows. All zero if no rare row has such a neighbour.
 * @param count G, the total number; rounding may change it by a few
 */
export function adasynCounts(
  rare: readonly Float32Array[],
  other: readonly Float32Array[],
  count: number,
  k = NEIGHBOURS,
): number[] {
  const all = [...rare, ...other]
  const hardness = rare.map((row, place) => {
    const near = nearest(all, row, k, place)
    return near.filter((found) => found >= rare.length).length / Math.max(1, near.length)
  })
  const total = hardness.reduce((a, b) => a + b, 0)
  return hardness.map((share) => (total > 0 ? Math.round((share / total) * count) : 0))
}

/** ADASYN: like SMOTE, with more new rows where the classes are hard to separate. */
export function adasyn(
  rare: readonly Float32Array[],
  other: readonly Float32Array[],
  count: number,
  random: Random,
  k = NEIGHBOURS,
): Float32Array[] {
  if (rare.length < 2) return []
  const neighbours = new Map<number, readonly number[]>()
  return adasynCounts(rare, other, count, k).flatMap((own, start) =>
    Array.from({ length: own }, () =>
      between(rare, start, neighboursOf(rare, start, k, neighbours), random),
    ),
  )
}

function neighboursOf(
  rows: readonly Float32Array[],
  start: number,
  k: number,
  known: Map<number, readonly number[]>,
): readonly number[] {
  let found = known.get(start)
  if (!found) {
    found = nearest(rows, rows[start], k, start)
    known.set(start, found)
  }
  return found
}

function between(
  rows: readonly Float32Array[],
  start: number,
  neighbours: readonly number[],
  random: Random,
): Float32Array {
  const from = rows[start]
  const to = rows[neighbours[random.integer(neighbours.length)]]
  const gap = random.next()
  return from.map((value, j) => value + gap * (to[j] - value))
}

/**
 * Indices of the `k` rows nearest to `row`, nearest first; ties by index.
 * @param self index of `row` itself among `rows`, which is excluded; −1 if it is absent
 */
export function nearest(
  rows: readonly Float32Array[],
  row: Float32Array,
  k: number,
  self: number,
): number[] {
  return rows
    .map((other, place) => ({ place, distance: squaredDistance(other, row) }))
    .filter(({ place }) => place !== self)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, k)
    .map(({ place }) => place)
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2
  return sum
}
