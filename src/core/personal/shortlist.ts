/**
 * @module Which items of a catalogue may be among the base's highest, without scoring them all. Each
 * is scored roughly: in single precision and any order, without a matrix of features, and without
 * what a shopper's own interactions say of the items touched. How far that can be off has a bound, so
 * nothing is left out that belongs to the highest.
 *
 * Most items need not even that. The highest of a case are nearly those of the case before it, and
 * what those reach is a floor; what stays below it with the most that any feature could add is out.
 */

import { withColdStart } from '../features/coldStart.ts'
import { type Signals, staticFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COLUMN, FEATURE_COUNT, FEATURES, type FeatureName } from '../features/features.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { highestRows } from '../model/highest.ts'

/**
 * Single precision rounds by 2⁻²⁴. The product of 64 columns may be off by 66 roundings of the sum of
 * its terms' sizes; each feature is by 2, and there are no more than 20 further sums in a score,
 * here and there. 128 covers them all.
 */
const ROUNDINGS = 128 * 2 ** -24
/** e to the power of the logarithms of prices beyond this is no number any more. */
const MOST_LOG_PRICE = 300

/** Zero for what the shopper never touched. */
const OF_TOUCHED: ReadonlySet<string> = new Set(['own', 'interaction'])
/** What no history changes, but for the columns of `DYNAMIC`. */
const OF_ITEM: ReadonlySet<string> = new Set(['popularity', 'catalog'])
/** Computed below, each for all items. */
const DYNAMIC: ReadonlySet<FeatureName> = new Set([
  'popularityCold',
  'cooccurrenceRecent',
  'cooccurrenceShare',
  'cooccurrenceSession',
  'priceCloseness',
  'categoryAffinity',
])

/** out = M·v for M row-major [out.length, v.length], in single precision and any order of sums. */
export type TableProduct = (vector: Float32Array, out: Float32Array) => void

/**
 * Ascending rows that hold all `own` and all that may be among the `places` highest of the others.
 * Null where that can't be told.
 * @param own distinct rows that something else than `signals` and `taste` is known of
 */
export type Shortlist = (
  signals: Signals,
  taste: Float32Array,
  own: readonly number[],
  product: TableProduct,
) => number[] | null

/** Null where the model weighs a feature that is not known here, or the context of a moment. */
export function createShortlist(model: BaseModel, places: number): Shortlist | null {
  const { featureWeights, featureScale } = model
  const { items, popularity30, category, logPrice } = withColdStart(model.statistics)
  const weightOf = (f: number) =>
    featureScale[f] > 0 ? featureWeights[f] * Math.fround(1 / featureScale[f]) : featureWeights[f]
  const known = FEATURES.every(
    ({ name, group }, f) =>
      featureWeights[f] === 0 ||
      OF_TOUCHED.has(group) ||
      OF_ITEM.has(group) ||
      DYNAMIC.has(name as FeatureName),
  )
  if (!known || model.context || logPrice.some((value) => !(Math.abs(value) <= MOST_LOG_PRICE)))
    return null
  const cold = weightOf(FEATURE_COLUMN.popularityCold)
  const recent = weightOf(FEATURE_COLUMN.cooccurrenceRecent)
  const share = weightOf(FEATURE_COLUMN.cooccurrenceShare)
  const session = weightOf(FEATURE_COLUMN.cooccurrenceSession)
  const price = weightOf(FEATURE_COLUMN.priceCloseness)
  const affinity = weightOf(FEATURE_COLUMN.categoryAffinity)
  const { fixed, largestFixed } = fixedScores(model)
  const longest = longestRow(model.itemVectors)
  const dearness = Float64Array.from(logPrice, Math.exp)
  const cheapness = Float64Array.from(logPrice, (value) => Math.exp(-value))
  const byCategory = new Float64Array(1 + category.reduce((most, one) => Math.max(most, one), 0))
  const mostPopular = popularity30.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
  const scores = new Float32Array(items)
  const usual = highestRows(fixed, 2 * places)
  let before: readonly number[] = []

  return ({ profile, interest }, taste, own, product) => {
    if (!interest) return null
    const { sum, last, total, totalLast, usualPrice } = interest
    const perPopularity = cold / (1 + profile.orders)
    const dear = Math.exp(-usualPrice)
    const cheap = Math.exp(usualPrice)
    byCategory.fill(0)
    for (const [group, part] of interest.category) byCategory[group] = (affinity * part) / total
    const ties = (ofAll: number, ofLast: number) =>
      [
        Math.log1p(ofAll),
        Math.sqrt(ofAll / total),
        totalLast > 0 ? Math.sqrt(ofLast / totalLast) : 0,
      ] as const
    const roughly = (i: number) => {
      // e^−|x − y| is the smaller of e^(x − y) and e^(y − x).
      const closeness = Math.min(dearness[i] * dear, cheapness[i] * cheap)
      const near = scores[i] + price * closeness + byCategory[category[i]]
      if (sum[i] === 0) return near
      const [a, b, c] = ties(sum[i], last[i])
      return near + recent * a + share * b + session * c
    }
    product(taste, scores)
    let mostOfAll = 0
    let mostOfLast = 0
    for (let i = 0; i < items; i++) {
      scores[i] += fixed[i] + perPopularity * popularity30[i]
      if (sum[i] > mostOfAll) mostOfAll = sum[i]
      if (last[i] > mostOfLast) mostOfLast = last[i]
    }
    const most = ties(mostOfAll, mostOfLast)
    const error =
      ROUNDINGS *
      (longest * Math.hypot(...taste) +
        largestFixed +
        Math.abs(cold) * Math.max(1, mostPopular) +
        Math.abs(price) +
        Math.abs(affinity) +
        (Math.abs(recent) + Math.abs(share) + Math.abs(session)) * Math.max(1, ...most))
    const above = Math.max(0, price) + byCategory.reduce((top, one) => Math.max(top, one), 0)
    const aboveTied =
      above + most.reduce((top, one, k) => top + Math.max(0, [recent, share, session][k] * one), 0)

    // Nothing more is to be known of these here, whatever their scores.
    for (const item of own) scores[item] = Number.NEGATIVE_INFINITY
    const isOther = (item: number) => scores[item] !== Number.NEGATIVE_INFINITY
    let guess = before.filter(isOther)
    if (guess.length < places) guess = [...new Set([...guess, ...usual.filter(isOther)])]
    // The last of the highest may be off by the error, and so may whatever would take its place.
    const floor = place(guess.map(roughly), places) - 2 * error
    if (!Number.isFinite(floor)) return null
    const some = reaching(scores, sum, floor - above, floor - aboveTied)
    const rough = some.map(roughly)
    const lowest = place(rough, places) - 2 * error
    before = some.filter((_, k) => rough[k] >= lowest)
    return [...before, ...own].sort((a, b) => a - b)
  }
}

/** Rows that reach a floor, which is another one for those with ties. */
function reaching(
  scores: Float32Array,
  ties: Float32Array,
  floor: number,
  floorTied: number,
): number[] {
  const rows: number[] = []
  for (let i = 0; i < scores.length; i++)
    if (scores[i] >= (ties[i] > 0 ? floorTied : floor)) rows.push(i)
  return rows
}

/** The `nth` largest; NaN where there are not as many. */
function place(scores: readonly number[], nth: number): number {
  return Float64Array.from(scores).sort().at(-nth) ?? Number.NaN
}

/** Bias and what no history changes, [N], and the largest sum of their sizes. */
function fixedScores({ bias, statistics, featureScale, featureWeights }: BaseModel): {
  readonly fixed: Float32Array
  readonly largestFixed: number
} {
  const features = staticFeatures(statistics)
  const fixed = new Float32Array(bias)
  const sizes = bias.map(Math.abs)
  FEATURES.forEach(({ group }, f) => {
    if (!OF_ITEM.has(group) || featureWeights[f] === 0) return
    const inverse = Math.fround(featureScale[f] > 0 ? 1 / featureScale[f] : 1)
    for (let i = 0, at = f; i < fixed.length; i++, at += FEATURE_COUNT) {
      const part = features[at] * inverse * featureWeights[f]
      fixed[i] += part
      sizes[i] += Math.abs(part)
    }
  })
  return { fixed, largestFixed: sizes.reduce((most, size) => Math.max(most, size), 0) }
}

/** By the table: it outlives the days, whose popularity makes another model of it. */
const knownLongest = new WeakMap<Float32Array, number>()

function longestRow(vectors: Float32Array): number {
  const known = knownLongest.get(vectors)
  if (known !== undefined) return known
  let longest = 0
  for (let at = 0; at < vectors.length; at += DIMENSION) {
    let square = 0
    for (let j = at; j < at + DIMENSION; j++) square += vectors[j] ** 2
    longest = Math.max(longest, square)
  }
  knownLongest.set(vectors, Math.sqrt(longest))
  return Math.sqrt(longest)
}
