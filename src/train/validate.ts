/**
 * @module Measures candidate models on training shoppers that their encoder has not seen: rank of the next order in
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
import { ndcg, placesOf } from './metrics.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from './ranker/outOfFold.ts'

/** Maximum number of cases. The standard error of their mean is 1/45 of their standard deviation. */
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

/** NDCG@10 of each case; all models have the cases in the same order. */
type Ndcgs = readonly number[]

/**
 * Models may differ in everything but the items. Models that share the array of feature weights share bias and scale.
 */
export function validate(data: ValidationData, models: readonly ScoringModel[]): readonly Ndcgs[] {
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
  const ndcgs = models.map((): number[] => [])
  for (const { shopper, time, history, targets } of drawn.sort(statistics.compareCases)) {
    const raw = computeFeatures(statistics.at(shopper, time), history, time, null)
    const counted = new Map<Float32Array, Float32Array>()
    models.forEach((model, m) => {
      const { featureWeights } = model
      const byFeatures = counted.get(featureWeights) ?? scoreFeatures(model, raw)
      counted.set(featureWeights, byFeatures)
      const scores = byFeatures.slice()
      addScores(scores, model.itemVectors, multiply(model.projection, encode(model, history, time)))
      ndcgs[m].push(ndcg(placesOf(scores, targets), 10))
    })
  }
  return ndcgs
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
 * The best of the models that beat the first by more than the standard error of the paired difference; else the
 * first. So a few dozen cases don't let in a term that helps by chance.
 */
export function bestBeyondError(measured: readonly Ndcgs[]): {
  readonly best: number
  /** Gain of the best over the first, and its standard error. */
  readonly lift: number
  readonly error: number
} {
  const gains = measured.map((ndcgs) => ndcgs.map((value, c) => value - measured[0][c]))
  let best = 0
  gains.forEach((gain, m) => {
    if (gain.length > 1 && mean(gain) > Math.max(mean(gains[best]), standardError(gain))) best = m
  })
  return { best, lift: mean(gains[best]), error: standardError(gains[best]) }
}

/** Midnight at the start of the last `share` of a span, where validation cases begin. */
export function lastPart(from: number, until: number, share: number): number {
  return Math.floor((until - share * (until - from)) / DAY) * DAY
}
