/**
 * @module Base scores of a whole catalogue, roughly: single precision in any order, no matrix of
 * features, and nothing of what a shopper's own touches say of the items touched. With a bound on
 * how far any other item's score is from what `scoreTerms` gives.
 */
import { type Signals, staticFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COLUMN, FEATURE_COUNT, FEATURES, type FeatureName } from '../features/features.ts'
import { introduced } from '../features/newcomers.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'

/**
 * Single precision rounds by 2⁻²⁴. The product of 64 columns may be off by 66 roundings of the sum of
 * its terms' sizes, each feature by 2, sums and storing by 4; 128 covers them all.
 */
const ROUNDINGS = 128 * 2 ** -24
/** e to the power of the logarithms of prices beyond this is no number any more. */
const MOST_LOG_PRICE = 300

/** Zero for what the shopper never touched. */
const OF_TOUCHED: ReadonlySet<string> = new Set(['own', 'touch'])
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

/** Rough scores, to be read or written until the next call, and how far off one of them may be. */
export type RoughScores = (
  signals: Signals,
  taste: Float32Array,
  product: TableProduct,
) => { readonly scores: Float32Array; readonly error: number }

/** Null where the model weighs a feature that is not known here, or the context of a moment. */
export function roughScores(model: BaseModel): RoughScores | null {
  const { featureWeights, featureScale } = model
  const { items, popularity30, category, logPrice } = introduced(model.statistics)
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
  const fixed = fixedScores(model)
  const longest = longestRow(model.itemVectors)
  const dearness = Float64Array.from(logPrice, Math.exp)
  const cheapness = Float64Array.from(logPrice, (value) => Math.exp(-value))
  const byCategory = new Float64Array(1 + category.reduce((most, one) => Math.max(most, one), 0))
  const mostPopular = popularity30.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
  const scores = new Float32Array(items)

  return ({ profile, interest }, taste, product) => {
    if (!interest) return { scores, error: Number.POSITIVE_INFINITY }
    const { sum, last, total, totalLast, usualPrice } = interest
    product(taste, scores)
    const perPopularity = cold / (1 + profile.orders)
    const dear = Math.exp(-usualPrice)
    const cheap = Math.exp(usualPrice)
    byCategory.fill(0)
    for (const [group, part] of interest.category) byCategory[group] = (affinity * part) / total
    let most = 0
    for (let i = 0; i < items; i++) {
      // e^−|x − y| is the smaller of e^(x − y) and e^(y − x).
      const closeness = Math.min(dearness[i] * dear, cheapness[i] * cheap)
      let score = scores[i] + fixed.scores[i] + perPopularity * popularity30[i]
      score += price * closeness + byCategory[category[i]]
      if (sum[i] > 0) {
        const a = Math.log1p(sum[i])
        const b = Math.sqrt(sum[i] / total)
        const c = totalLast > 0 ? Math.sqrt(last[i] / totalLast) : 0
        score += recent * a + share * b + session * c
        most = Math.max(most, a, b, c)
      }
      scores[i] = score
    }
    const size =
      longest * Math.hypot(...taste) +
      fixed.largest +
      Math.abs(cold) * Math.max(1, mostPopular) +
      Math.abs(price) +
      Math.abs(affinity) +
      (Math.abs(recent) + Math.abs(share) + Math.abs(session)) * Math.max(1, most)
    return { scores, error: ROUNDINGS * size }
  }
}

/** Bias and what no history changes, [N], and the largest sum of their sizes. */
function fixedScores({ bias, statistics, featureScale, featureWeights }: BaseModel): {
  readonly scores: Float64Array
  readonly largest: number
} {
  const features = staticFeatures(statistics)
  const inverse = featureScale.map((value) => (value > 0 ? 1 / value : 1))
  let largest = 0
  const scores = Float64Array.from(bias, (score, i) => {
    let sum = score
    let size = Math.abs(score)
    for (let f = 0, at = i * FEATURE_COUNT; f < FEATURE_COUNT; f++, at++) {
      const part = Math.fround(features[at] * inverse[f]) * featureWeights[f]
      sum += part
      size += Math.abs(part)
    }
    largest = Math.max(largest, size)
    return sum
  })
  return { scores, largest }
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
