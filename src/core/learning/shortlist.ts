/**
 * @module Shortlist: finds the rows that could rank highest, without scoring all items exactly. A rough score has an
 * error bound, so the shortlist contains every item that could be among the highest.
 *
 * Most items don't even need a rough score. The highest items of a case are nearly those of the previous case, and their
 * scores give a floor that every item among the highest reaches. A scan of the item table drops the items below the
 * floor. The scan ignores co-occurrence with the history; the few co-occurring items are added to its result.
 */

import { type Signals, staticFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COLUMN, FEATURE_COUNT, FEATURES, type FeatureName } from '../features/features.ts'
import { peersOf, priceLift } from '../features/intent.ts'
import { withColdStart } from '../features/itemStatistics.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { highestRows } from '../model/highest.ts'
import { onceFor } from '../onceFor.ts'

/**
 * Bound on the rounding error of a score, relative to the sum of its terms' magnitudes. One rounding in single precision
 * is off by 2⁻²⁴. A product of 64 columns has at most 66 roundings, each feature has 2, and a score has at most 20
 * further sums.
 */
const ROUNDINGS = 128 * 2 ** -24

/** Feature groups that are zero for items with which the shopper never interacted. */
const OF_TOUCHED: ReadonlySet<string> = new Set(['own', 'interaction'])
/** Feature groups that are independent of the history, except for the columns of `DYNAMIC`. */
const OF_ITEM: ReadonlySet<string> = new Set(['popularity', 'catalog'])
/** Features that the rough score computes. */
const DYNAMIC: ReadonlySet<FeatureName> = new Set([
  'popularityCold',
  'cooccurrenceRecent',
  'cooccurrenceShare',
  'cooccurrenceSession',
  'priceCloseness',
  'categoryAffinity',
  'peersRecent',
  'peersLast',
])

/**
 * Additional term of a row's score. A scan computes `of(row)` only if the row would reach the scan's `floor` with a
 * gain of `most`.
 */
export interface Gain {
  /** Upper bound of `of` over all rows. */
  readonly most: number
  readonly of: (row: number) => number
}

export const NO_GAIN: Gain = { most: 0, of: () => 0 }

/**
 * Scans a table E [N, d] with popularities [N] for the rows whose score fixed + cold · popularity + E·query + gain
 * reaches `floor`. The result contains all these rows in any order, and can contain further rows.
 * @param fixed sum of each row's score terms that don't depend on the history, [N]; its content must never change
 */
export type ItemScan = (
  fixed: Float32Array,
  cold: number,
  query: Float32Array,
  floor: number,
  gain?: Gain,
) => number[]

/** `ItemScan` in plain code, the reference for faster scans. @param vectors null if all are 0 */
export function plainItemScan(vectors: Float32Array | null, popularity: Float32Array): ItemScan {
  return (fixed, cold, query, floor, gain = NO_GAIN) => {
    const found: number[] = []
    for (let row = 0; row < fixed.length; row++) {
      const own = vectors ? product(vectors, row, query) : 0
      const score = fixed[row] + cold * popularity[row] + own
      if (score + gain.most >= floor && score + gain.of(row) >= floor) found.push(row)
    }
    return found
  }
}

/**
 * Returns ascending rows: all of `own`, and every other row that could be among the `places` rows with the highest
 * scores; null if no lower bound for the score at the last place is known.
 * @param own distinct rows whose score has a term that doesn't follow from `signals` and `userVector`, e.g. of a search
 */
export type Shortlist = (
  signals: Signals,
  userVector: Float32Array,
  own: readonly number[],
  places: number,
) => number[] | null

type ShortlistModel = Pick<
  BaseModel,
  'statistics' | 'itemVectors' | 'bias' | 'featureWeights' | 'featureScale' | 'context'
>

/**
 * Creates a shortlist; null if the model has terms for contexts such as the weather, or a feature without a bound.
 * @param hidden rows that the result need not contain
 */
export function createShortlist(
  model: ShortlistModel,
  scan: ItemScan,
  hidden: readonly number[] = [],
): Shortlist | null {
  const { featureWeights, itemVectors } = model
  const { popularity30, category, peerGroup, logPrice } = withColdStart(model.statistics)
  const isBounded = FEATURES.every(
    ({ name, group }, f) =>
      featureWeights[f] === 0 ||
      OF_TOUCHED.has(group) ||
      OF_ITEM.has(group) ||
      DYNAMIC.has(name as FeatureName),
  )
  if (!isBounded || model.context) return null
  const weightOf = (f: number) => rawWeight(model, f)
  const cold = weightOf(FEATURE_COLUMN.popularityCold)
  const recent = weightOf(FEATURE_COLUMN.cooccurrenceRecent)
  const share = weightOf(FEATURE_COLUMN.cooccurrenceShare)
  const session = weightOf(FEATURE_COLUMN.cooccurrenceSession)
  const price = weightOf(FEATURE_COLUMN.priceCloseness)
  const affinity = weightOf(FEATURE_COLUMN.categoryAffinity)
  const peersRecent = weightOf(FEATURE_COLUMN.peersRecent)
  const peersLast = weightOf(FEATURE_COLUMN.peersLast)
  const readsPeers = peersRecent !== 0 || peersLast !== 0
  const { fixed, largestFixed } = fixedScores(model)
  for (const row of hidden) fixed[row] = Number.NEGATIVE_INFINITY
  const longest = longestOf(itemVectors)
  const mostPopular = popularity30.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
  const ranked = new Map<number, readonly number[]>()
  const rankedPeers = (group: number) => {
    const rows =
      ranked.get(group) ?? peersOf(peerGroup)[group].toSorted((a, b) => fixed[b] - fixed[a])
    ranked.set(group, rows)
    return rows
  }
  let usual: readonly number[] = []
  let before: readonly number[] = []

  return ({ profile, interest, intent }, userVector, own, places) => {
    if (!interest) return null
    const { sum, last, tied, total, totalLast, usualPrice } = interest
    const perPopularity = cold / (1 + profile.orders)
    const ofCategory = (group: number) =>
      (affinity * ((group > 0 && interest.category.get(group)) || 0)) / total
    const ofPeers = (group: number) =>
      intent ? peersRecent * intent.recent[group] + peersLast * intent.last[group] : 0
    const ties = (ofAll: number, ofLast: number) =>
      [
        Math.log1p(ofAll),
        Math.sqrt(ofAll / total),
        totalLast > 0 ? Math.sqrt(ofLast / totalLast) : 0,
      ] as const
    const visit = priceLift(model.statistics, profile)
    const gainOf = (i: number) =>
      (visit ? visit.of(i) : 0) +
      price * Math.exp(-Math.abs(logPrice[i] - usualPrice)) +
      ofCategory(category[i]) +
      ofPeers(peerGroup[i])
    const roughly = (i: number) => {
      const near =
        fixed[i] + perPopularity * popularity30[i] + product(itemVectors, i, userVector) + gainOf(i)
      if (sum[i] === 0) return near
      const [a, b, c] = ties(sum[i], last[i])
      return near + recent * a + share * b + session * c
    }
    const mostOf = (values: Float32Array) => tied.reduce((most, i) => Math.max(most, values[i]), 0)
    const error =
      ROUNDINGS *
      (longest * Math.hypot(...userVector) +
        largestFixed +
        Math.abs(cold) * Math.max(1, mostPopular) +
        Math.abs(price) +
        (visit?.size ?? 0) +
        Math.abs(affinity) +
        Math.abs(peersRecent) +
        Math.abs(peersLast) +
        (Math.abs(recent) + Math.abs(share) + Math.abs(session)) *
          Math.max(1, ...ties(mostOf(sum), mostOf(last))))
    // Rows of `own` are always included, so they need no rough score.
    const known = new Set(own)
    const isOther = (item: number) => !known.has(item)
    const groups = readsPeers && intent ? intent.groups : []
    const first = groups.flatMap((group) => rankedPeers(group).slice(0, places))
    let guess = [...new Set([...before, ...first])].filter(isOther)
    if (guess.length < places) {
      if (usual.length < 2 * places) usual = highestRows(fixed, 2 * places)
      guess = [...new Set([...guess, ...usual.filter(isOther)])]
    }
    // Twice the error bound: the floor's rough score can be too high, and another item's score too low.
    const floor = nth(guess.map(roughly), places) - 2 * error
    if (!Number.isFinite(floor)) return null
    const gain = {
      most:
        (visit?.most ?? 0) +
        Math.max(0, price) +
        Math.max(0, ...[...interest.category.keys()].map(ofCategory)) +
        Math.max(0, ...groups.map(ofPeers)),
      of: gainOf,
    }
    const some = new Set([...scan(fixed, perPopularity, userVector, floor, gain), ...tied])
    const others = [...some].filter(isOther)
    const rough = others.map(roughly)
    const lowest = nth(rough, places) - 2 * error
    before = others.filter((_, k) => rough[k] >= lowest)
    return [...before, ...own].sort((a, b) => a - b)
  }
}

/** E_i·v in double precision. */
function product(vectors: Float32Array, row: number, vector: Float32Array): number {
  let [a, b] = [0, 0]
  for (let j = 0, at = row * DIMENSION; j < DIMENSION; j += 2, at += 2) {
    a += vectors[at] * vector[j]
    b += vectors[at + 1] * vector[j + 1]
  }
  return a + b
}

function nth(scores: readonly number[], n: number): number {
  return Float64Array.from(scores).sort().at(-n) ?? Number.NaN
}

function rawWeight({ featureScale, featureWeights }: ShortlistModel, f: number): number {
  return featureScale[f] > 0
    ? featureWeights[f] * Math.fround(1 / featureScale[f])
    : featureWeights[f]
}

/** `fixed`: bias plus the terms that don't depend on the history, [N]; `largestFixed`: largest Σ|term| of a row. */
function fixedScores(model: ShortlistModel): {
  readonly fixed: Float32Array
  readonly largestFixed: number
} {
  const { bias, statistics, featureWeights } = model
  const features = staticFeatures(statistics)
  const columns = FEATURES.flatMap(({ group }, f) =>
    OF_ITEM.has(group) && featureWeights[f] !== 0 ? [f] : [],
  )
  const weights = columns.map((f) => rawWeight(model, f))
  const fixed = new Float32Array(bias)
  let largestFixed = 0
  for (let i = 0, at = 0; i < fixed.length; i++, at += FEATURE_COUNT) {
    let size = Math.abs(bias[i])
    for (let c = 0; c < columns.length; c++) {
      const part = features[at + columns[c]] * weights[c]
      fixed[i] += part
      size += Math.abs(part)
    }
    if (size > largestFixed) largestFixed = size
  }
  return { fixed, largestFixed }
}

/** Length of the longest item vector, cached per item table, because the model object changes daily. */
const longestOf = onceFor((vectors: Float32Array): number => {
  let longest = 0
  for (let at = 0; at < vectors.length; ) {
    let square = 0
    for (const end = at + DIMENSION; at < end; at++) square += vectors[at] ** 2
    longest = Math.max(longest, square)
  }
  return Math.sqrt(longest)
})
