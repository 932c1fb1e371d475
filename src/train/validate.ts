/**
 * @module Measures a base model on training shoppers that its encoder has not seen: rank of the next order in
 * the full catalog. Statistics are out of fold and from before each case, so the figure holds for a new shopper.
 * Held-out shoppers are never used.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import { buildCases, type ShopperHistory } from '@nearside/core/features/cases.ts'
import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { encode } from '@nearside/core/model/encoder.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { addScores } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { mean, standardError } from './estimates.ts'
import { hitRate, ndcg, placesOf } from './metrics.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from './ranker/outOfFold.ts'

/** Maximum number of cases; the standard error of their mean is a forty-fifth of their standard deviation. */
const MOST_CASES = 2000

export type ScoringModel = Pick<
  BaseModel,
  'encoder' | 'itemVectors' | 'bias' | 'projection' | 'featureWeights' | 'featureScale'
>

interface ValidationData {
  readonly items: readonly Item[]
  readonly training: readonly ShopperHistory[]
  readonly dayOnly: boolean
  /** Selects the shoppers whose cases, from `from` and before `until`, are measured. */
  readonly isMeasured: (shopper: string) => boolean
  readonly folds: number
  readonly from: number
  readonly until: number
}

export type Validation = ReturnType<typeof validate>[number]

/**
 * Returns one row a model, with means over cases. Models may differ in everything but the items.
 * Models that share the array of feature weights share bias and scale.
 */
export function validate(data: ValidationData, models: readonly ScoringModel[]) {
  const statistics = new OutOfFoldStatistics(data.items, data.training, {
    ...OUT_OF_FOLD,
    folds: data.folds,
    from: data.from,
    until: data.until,
  })
  const all = data.training
    .filter(({ id }) => data.isMeasured(id))
    .flatMap((shopper) => buildCases(shopper, data.dayOnly, data.from))
    .filter((one) => one.history.length > 0 && one.time < data.until)
  const random = createRandom(1)
  const drawn = all.length > MOST_CASES ? inRandomOrder(all, random).slice(0, MOST_CASES) : all
  const cases = drawn.sort(statistics.compareCases)
  const sums = models.map(() => ({ hitRate: 0, ndcgNew: 0 }))
  const ndcgs = models.map((): number[] => [])
  let withNew = 0
  for (const one of cases) {
    const current = statistics.at(one.shopper, one.time)
    const raw = computeFeatures(current, one.history, one.time, null)
    const seen = new Uint8Array(data.items.length)
    for (const { item } of one.history) seen[item] = 1
    const fresh = one.targets.filter((item) => !seen[item])
    if (fresh.length > 0) withNew++
    const counted = new Map<Float32Array, Float32Array>()
    models.forEach((model, m) => {
      const { featureWeights } = model
      const byFeatures = counted.get(featureWeights) ?? scoreFeatures(model, raw)
      counted.set(featureWeights, byFeatures)
      const scores = byFeatures.slice()
      const hidden = encode(model, one.history, one.time)
      addScores(scores, model.itemVectors, multiply(model.projection, hidden))
      const places = placesOf(scores, one.targets)
      ndcgs[m].push(ndcg(places, 10))
      sums[m].hitRate += hitRate(places, 10)
      if (fresh.length > 0) sums[m].ndcgNew += ndcg(placesOf(scores, fresh, seen), 10)
    })
  }
  return sums.map((sum, m) => ({
    cases: cases.length,
    /** NDCG@10 of each case; all models have the cases in the same order. */
    ndcgs: ndcgs[m] as readonly number[],
    ndcg: mean(ndcgs[m]),
    hitRate: sum.hitRate / Math.max(1, cases.length),
    /** NDCG@10 without items that the shopper already had, in list and targets. */
    ndcgNew: sum.ndcgNew / Math.max(1, withNew),
  }))
}

function scoreFeatures(model: ScoringModel, raw: Float32Array): Float32Array {
  const scores = new Float32Array(model.bias)
  const perRaw = model.featureWeights.map((weight, f) =>
    model.featureScale[f] > 0 ? weight / model.featureScale[f] : weight,
  )
  addScores(scores, raw, perRaw)
  return scores
}

/**
 * The best by NDCG@10 of the models that beat the first by more than the standard error of the paired
 * difference; else the first. So a few dozen cases don't let in a term that helps by chance.
 */
export function bestBeyondError(measured: readonly Validation[]): number {
  const [first] = measured
  let best = 0
  measured.forEach(({ ndcg, ndcgs, cases }, m) => {
    const gains = ndcgs.map((value, c) => value - first.ndcgs[c])
    if (cases > 1 && ndcg > measured[best].ndcg && mean(gains) > standardError(gains)) best = m
  })
  return best
}

/** Midnight at the start of the last `share` of a span, where validation cases begin. */
export function lastPart(from: number, until: number, share: number): number {
  return Math.floor((until - share * (until - from)) / DAY) * DAY
}
