/**
 * @module Synthetic examples of the rare class, between real ones. Numeric inputs only: halfway
 * between two item ids lies nothing.
 * @see Chawla, Bowyer, Hall and Kegelmeyer 2002, "SMOTE", doi 10.1613/jair.953
 * @see He, Bai, Garcia and Li 2008, "ADASYN", doi 10.1109/IJCNN.2008.4633969
 */
import { type Random, shuffled } from '../../model/random.ts'
import { nearest } from './neighbours.ts'

/** k of both papers. */
const NEIGHBOURS = 5

/**
 * SMOTE: each new row lies on the way from a rare row to one of its k nearest rare ones. Every rare
 * row is a start equally often, up to one.
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
 * ADASYN's number of new rows for each rare one: in proportion to the share of the other class
 * among its k nearest rows. All zero where no rare row has such a neighbour.
 * @param count G, how many in all; rounding may miss it by a few.
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

/** ADASYN: as SMOTE, with more new rows where the rare class is hard to tell from the other. */
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
