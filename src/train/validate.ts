/**
 * @module Measures how candidate models rank the next order in the full catalog, on training shoppers on whom their
 * encoder did not train. Statistics are out of fold and from before each case, so the figure holds for a new shopper.
 * Held-out shoppers are never used for validation.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import { buildCases, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import type { ItemScan } from '@nearside/core/learning/shortlist.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createEncoder } from '@nearside/core/model/encoder.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { fastScan } from '@nearside/engine/candidates.ts'
import { mean, standardError } from './estimates.ts'
import { ndcg, placesOf } from './metrics.ts'
import { createHighest } from './ranker/highest.ts'
import { type ListCache, OUT_OF_FOLD, OutOfFoldStatistics } from './ranker/outOfFold.ts'

/** Maximum number of cases. With so many cases, the standard error of a mean is 1/45 of the standard deviation. */
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
  readonly lists?: ListCache
}

const PLACES = 10

/** NDCG@10 of each case; all models have the cases in the same sequence. */
type Ndcgs = readonly number[]

/** Measures models on validation cases. The models must have the same items, and can differ in everything else. */
export function validate(data: ValidationData, models: readonly ScoringModel[]): readonly Ndcgs[] {
  const statistics = new OutOfFoldStatistics(data.items, data.training, {
    ...OUT_OF_FOLD,
    folds: data.folds,
    from: data.from,
    until: data.until,
    lists: data.lists,
  })
  const all = data.training
    .filter(({ id }) => data.isMeasured(id))
    .flatMap((shopper) => buildCases(shopper, data.dayOnly, data.from))
    .filter((one) => one.history.length > 0 && one.time < data.until)
  const random = createRandom(1)
  const drawn = all.length > MOST_CASES ? inRandomOrder(all, random).slice(0, MOST_CASES) : all
  const ndcgs = models.map((): number[] => [])
  const encoders = models.map(createEncoder)
  const score = createHighest(
    models.map((model) => ({ ...model, weights: rawWeights(model) })),
    scansOf(),
  )
  for (const one of drawn.sort(statistics.compareCases)) {
    const { shopper, time, history, targets } = one
    const tastes = models.map(({ projection }, m) =>
      multiply(projection, encoders[m](history, time)),
    )
    // A target below the ten highest adds nothing to NDCG@10, so its exact rank doesn't matter.
    const scored = score(statistics.at(shopper, time, history), one, tastes, PLACES, targets)
    scored.forEach(({ rows, scores }, m) => {
      const places = placesOf(
        scores,
        targets.map((target) => rows.indexOf(target)),
      )
      ndcgs[m].push(ndcg(places, PLACES))
    })
  }
  return ndcgs
}

/** Returns a function that prepares scans of item vectors, and caches the scans for the last statistics. */
function scansOf() {
  let last: ItemStatistics | null = null
  const scans = new Map<Float32Array, ItemScan>()
  return (statistics: ItemStatistics, vectors: Float32Array): ItemScan => {
    if (last !== statistics) scans.clear()
    last = statistics
    const scan = scans.get(vectors) ?? fastScan(vectors, statistics)
    scans.set(vectors, scan)
    return scan
  }
}

function rawWeights({ featureWeights, featureScale }: ScoringModel): Float32Array {
  return featureWeights.map((weight, f) =>
    featureScale[f] > 0 ? weight / featureScale[f] : weight,
  )
}

/**
 * Chooses the best among the models that beat the first model by more than the standard error of the paired difference;
 * else the first model. So with a few dozen cases, chance rarely chooses a model.
 */
export function bestBeyondError(measured: readonly Ndcgs[]): {
  readonly best: number
  /** Gain of the best model over the first, and the gain's standard error. */
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
