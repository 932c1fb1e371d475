/**
 * @module Rolling origins: what is fitted before a moment is asked about the time after it, at
 * several moments. Time-ordered data are never shuffled into folds: that would teach the future.
 */

import { NearsideError } from '../../src/core/error.ts'
import { buildCases } from '../../src/core/features/cases.ts'
import { computeFeatures } from '../../src/core/features/computeFeatures.ts'
import { FEATURE_COUNT } from '../../src/core/features/features.ts'
import { inRandomOrder, type Random } from '../../src/core/model/random.ts'
import {
  buildDataset,
  type RankerCase,
  type RankerDataset,
} from '../../src/train/ranker/dataset.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from '../../src/train/ranker/outOfFold.ts'
import { partOf } from '../../src/train/ranker/part.ts'
import { firstTime, logsBefore, midnightAt } from '../../src/train/ranker/sample.ts'
import { DEFAULT_RANKER, type RankerData } from '../../src/train/ranker/trainRanker.ts'
import { formatDay } from '../../src/train/shop/time.ts'

/** A case to be predicted, its raw features of every item at hand. */
export interface Question {
  readonly shopper: string
  /** Milliseconds. */
  readonly time: number
  readonly targets: readonly number[]
  /** Row-major [N, F]. */
  readonly features: Float32Array
}

export interface Origin {
  /** Milliseconds: fitted cases lie before it, questions at or after it. */
  readonly at: number
  /** Exclusive end of the questions. */
  readonly until: number
  readonly fitted: RankerDataset
  readonly questions: readonly Question[]
}

/** Shares of the log's span; each asks about the time up to the next, the last up to the end. */
const ORIGINS = [0.4, 0.55, 0.7, 0.85] as const
/** Over the whole log; each origin has those before it. */
const MAX_FITTED = 1500
const MAX_QUESTIONS = 250
/** Bytes that the questions' features may take, all origins together. */
const MEMORY = 8e8

/**
 * @param until exclusive, milliseconds.
 * @throws NearsideError `input-invalid` where some origin has too little before or after it
 */
export async function rollingOrigins(
  data: RankerData,
  until: number,
  random: Random,
  onStep: (step: number) => Promise<void>,
): Promise<Origin[]> {
  const shoppers = logsBefore(data.shoppers, until)
  const first = firstTime(shoppers, until)
  const midnight = (share: number) => midnightAt(share, first, until)
  const start = midnight(DEFAULT_RANKER.warmUp)
  const affordable = Math.floor(MEMORY / (4 * FEATURE_COUNT * data.items.length * ORIGINS.length))
  const cases = shoppers
    .flatMap((shopper) => buildCases(shopper, data.dayOnly, start))
    .map((one): RankerCase => ({ ...one, weight: 1 }))
  const ats = ORIGINS.map(midnight)
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    ...OUT_OF_FOLD,
    from: start,
    until,
  })
  // A case's statistics are from before it, hence the same for every origin: described once.
  const statisticsOf = ({ shopper, time }: RankerCase) => statistics.at(shopper, time)
  const fitted = inRandomOrder(cases, random).slice(0, MAX_FITTED).sort(statistics.compareCases)
  const asked = ats
    .flatMap((at, k) => {
      const end = ats[k + 1] ?? until
      const after = cases.filter(
        ({ time, history }) => time >= at && time < end && history.length > 0,
      )
      return inRandomOrder(after, random).slice(0, Math.min(MAX_QUESTIONS, affordable))
    })
    .sort(statistics.compareCases)
  await onStep(0)
  const table = buildDataset(fitted, statisticsOf, random)
  await onStep(1)
  const questions = asked.map((one) => ({
    shopper: one.shopper,
    time: one.time,
    targets: one.targets,
    features: computeFeatures(statisticsOf(one), one.history, one.time, null),
  }))
  return ats.map((at, k) => {
    const end = ats[k + 1] ?? until
    const own = questions.filter(({ time }) => time >= at && time < end)
    const before = partOf(table, ({ time }) => time < at)
    if (before.cases.length < 20 || own.length < 20)
      throw new NearsideError(
        'input-invalid',
        `a search needs 20 cases before and after each of ${ORIGINS.length} moments: at ${formatDay(at)} there are ${before.cases.length} and ${own.length}`,
      )
    return { at, until: end, fitted: before, questions: own }
  })
}
