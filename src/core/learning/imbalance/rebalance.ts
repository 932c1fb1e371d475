/** @module Balances the classes of a batch, and corrects predictions for the balancing. */
import { type Random, shuffled } from '../../model/random.ts'
import type { Example } from '../learners/learner.ts'
import type { Imbalance } from '../learners/names.ts'

/**
 * The batch with equal numbers (or weights) of positive and negative examples, in random order. A batch of
 * one class stays unbalanced.
 */
export function rebalance(batch: readonly Example[], method: Imbalance, random: Random): Example[] {
  const rare = batch.filter(({ label }) => label === 1)
  const other = batch.filter(({ label }) => label === 0)
  const mixed = (examples: readonly Example[]) =>
    shuffled(examples.length, random).map((place) => examples[place])
  if (method === 'none' || rare.length === 0 || rare.length >= other.length) return mixed(batch)
  const missing = other.length - rare.length
  const rows = rare.map(({ x }) => x)
  const yes = (made: readonly Float32Array[]) => made.map((x): Example => ({ x, label: 1 }))
  switch (method) {
    case 'weights': {
      const half = batch.length / 2
      return mixed([
        ...rare.map((one) => ({ ...one, weight: half / rare.length })),
        ...other.map((one) => ({ ...one, weight: half / other.length })),
      ])
    }
    case 'over':
      return mixed([
        ...batch,
        ...Array.from({ length: missing }, () => rare[random.integer(rare.length)]),
      ])
    case 'under':
      return mixed([
        ...rare,
        ...shuffled(other.length, random)
          .slice(0, rare.length)
          .map((place) => other[place]),
      ])
    case 'smote':
      return mixed([...batch, ...yes(smote(rows, missing, random))])
    case 'adasyn':
      return mixed([
        ...batch,
        ...yes(
          adasyn(
            rows,
            other.map(({ x }) => x),
            missing,
            random,
          ),
        ),
      ])
  }
}

/** Weight of the positive examples ÷ total weight. */
export function shareOfYes(batch: readonly Example[]): number {
  let yes = 0
  let total = 0
  for (const { label, weight = 1 } of batch) {
    total += weight
    if (label === 1) yes += weight
  }
  return total > 0 ? yes / total : 0
}

/**
 * Corrects a probability that was learned with a share `trained` of positive examples to the share `actual`.
 * This is Bayes' rule with the actual prior; it preserves the order.
 * @see Saerens, Latinne and Decaestecker 2002, doi 10.1162/089976602753284446
 */
export function correctPrior(probability: number, trained: number, actual: number): number {
  if (trained <= 0 || trained >= 1) return probability
  const yes = probability * (actual / trained)
  const no = (1 - probability) * ((1 - actual) / (1 - trained))
  return yes + no > 0 ? yes / (yes + no) : probability
}

/** k of both papers. */
const NEIGHBOURS = 5

/**
 * Synthetic examples of the rare class, interpolated between real examples. For numeric inputs only:
 * interpolated item ids have no meaning.
 * SMOTE: each new row lies between a rare row and one of its k nearest rare rows. Each rare row is the starting point
 * equally often; the numbers differ by at most one.
 * @see Chawla, Bowyer, Hall and Kegelmeyer 2002, "SMOTE", doi 10.1613/jair.953
 * @see He, Bai, Garcia and Li 2008, "ADASYN", doi 10.1109/IJCNN.2008.4633969
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
