/** @module Balances the classes of a batch, and corrects predictions for the balancing. */
import { type Random, shuffled } from '../../model/random.ts'
import type { Example } from '../learners/learner.ts'
import type { Imbalance } from '../learners/names.ts'

/**
 * Returns a batch with equal numbers (or weights) of positive and negative examples, in random order; the given batch if
 * the method is `none`, or if the positive examples aren't the rarer class.
 */
export function rebalance(batch: readonly Example[], method: Imbalance, random: Random): Example[] {
  const rare = batch.filter(({ label }) => label === 1)
  const other = batch.filter(({ label }) => label === 0)
  const mixed = (examples: readonly Example[]) =>
    shuffled(examples.length, random).map((place) => examples[place])
  if (method === 'none' || rare.length === 0 || rare.length >= other.length) return mixed(batch)
  const missing = other.length - rare.length
  const [rows, others] = [rare, other].map((examples) => examples.map(({ x }) => x))
  const withNew = (counts: readonly number[]) =>
    mixed([...batch, ...interpolated(rows, counts, random).map((x): Example => ({ x, label: 1 }))])
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
      return mixed([...rare, ...mixed(other).slice(0, rare.length)])
    case 'smote':
      return withNew(smoteCounts(rows.length, missing, random))
    case 'adasyn':
      return withNew(adasynCounts(rows, others, missing))
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
 * Corrects a probability that was learned with a share `trained` of positive examples to the share `actual`, by Bayes'
 * rule.
 * @see Saerens, Latinne and Decaestecker 2002, doi 10.1162/089976602753284446
 */
export function correctPrior(probability: number, trained: number, actual: number): number {
  if (trained <= 0 || trained >= 1) return probability
  const yes = probability * (actual / trained)
  const no = (1 - probability) * ((1 - actual) / (1 - trained))
  return yes + no > 0 ? yes / (yes + no) : probability
}

/** k, the number of nearest rows, as in the papers on SMOTE and ADASYN (see `interpolated`). */
const NEIGHBOURS = 5

/** SMOTE's number of new rows per rare row: the same for all rare rows, plus one for some that are drawn at random. */
export function smoteCounts(rare: number, count: number, random: Random): number[] {
  const counts = new Array<number>(rare).fill(Math.floor(count / rare))
  for (const place of shuffled(rare, random).slice(0, count % rare)) counts[place]++
  return counts
}

/**
 * ADASYN's number of new rows per rare row: proportional to the share of the other class among its k nearest rows. All
 * numbers are 0 if no rare row has a neighbour of the other class.
 * @param count total number of new rows (G in the paper); rounding can change it a little
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

/**
 * Synthetic rows of the rare class, each between a rare row and one of its k nearest rare rows. For numeric inputs
 * only: interpolated item ids have no meaning.
 * @param counts number of new rows that start at each rare row
 * @see Chawla, Bowyer, Hall and Kegelmeyer 2002, "SMOTE", doi 10.1613/jair.953
 * @see He, Bai, Garcia and Li 2008, "ADASYN", doi 10.1109/IJCNN.2008.4633969
 */
export function interpolated(
  rare: readonly Float32Array[],
  counts: readonly number[],
  random: Random,
  k = NEIGHBOURS,
): Float32Array[] {
  if (rare.length < 2) return []
  return rare.flatMap((from, start) => {
    const near = counts[start] > 0 ? nearest(rare, from, k, start) : []
    return Array.from({ length: counts[start] }, () => {
      const to = rare[near[random.integer(near.length)]]
      const gap = random.next()
      return from.map((value, j) => value + gap * (to[j] - value))
    })
  })
}

/**
 * Indices of the `k` rows nearest to `row`, nearest first; ties by index.
 * @param self index of `row` itself, which is excluded; −1 if it is not among `rows`
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
