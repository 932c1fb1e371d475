/**
 * @module Measures how candidate models rank the next order in the full catalog, for training shoppers whom the
 * encoder's training did not see. Statistics are out of fold, so the figure holds for a new shopper. Validation never
 * uses held-out shoppers.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { buildCases, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import type { ItemScan } from '@nearside/core/learning/shortlist.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createEncoder } from '@nearside/core/model/encoder.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { fastScan } from '@nearside/engine/candidates.ts'
import { mean, standardError } from './estimates.ts'
import { ndcg, placesOf } from './metrics.ts'
import { FOLDS } from './plan.ts'
import { createHighest } from './ranker/highest.ts'
import { type ListCache, OutOfFoldStatistics } from './ranker/outOfFold.ts'

/** Maximum number of cases. With 2000, the standard error of a mean is 1/45 of the standard deviation. */
const MOST_CASES = 2000

export type ScoringModel = Pick<
  BaseModel,
  'encoder' | 'itemVectors' | 'bias' | 'projection' | 'featureWeights' | 'featureScale'
>

interface ValidationData {
  readonly items: readonly Item[]
  readonly training: readonly ShopperHistory[]
  readonly dayOnly: boolean
  /** Selects the shoppers whose cases are measured. */
  readonly isMeasured: (shopper: string) => boolean
  /** Time of the first case, and exclusive limit of the cases, milliseconds. */
  readonly from: number
  readonly until: number
  readonly lists?: ListCache
}

const PLACES = 10

type Ndcgs = readonly number[]

/** Returns NDCG@10 by model and case. The models must have the same items. */
export function validate(data: ValidationData, models: readonly ScoringModel[]): readonly Ndcgs[] {
  const statistics = new OutOfFoldStatistics(data.items, data.training, {
    folds: FOLDS,
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

/** Creates a function that prepares a scan of item vectors. It caches the scans of the latest statistics. */
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
 * Chooses the best of the models that beat the first by more than the standard error of the paired difference, or else
 * the first; so chance rarely chooses a model. `lift` is the gain of the best model over the first, `error` the gain's
 * standard error.
 */
export function bestBeyondError(measured: readonly Ndcgs[]) {
  const gains = measured.map((ndcgs) => ndcgs.map((value, c) => value - measured[0][c]))
  let best = 0
  gains.forEach((gain, m) => {
    if (gain.length > 1 && mean(gain) > Math.max(mean(gains[best]), standardError(gain))) best = m
  })
  return { best, lift: mean(gains[best]), error: standardError(gains[best]) }
}
