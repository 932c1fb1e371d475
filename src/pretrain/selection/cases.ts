/**
 * @module The out-of-fold cases that features are judged on: a sample of what the ranker trains on,
 * the last quarter of it kept from every fit.
 */
import { buildCases } from '../../evaluation/cases.ts'
import { computeContext, contextCandidates } from '../../features/context/contextFeatures.ts'
import { DAY } from '../../features/profile.ts'
import type { Random } from '../../model/random.ts'
import {
  buildDataset,
  DEFAULT_DATASET,
  type RankerCase,
  type RankerDataset,
} from '../ranker/dataset.ts'
import { foldOf, OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import type { RankerData } from '../ranker/trainRanker.ts'

export interface JudgedCases {
  readonly fitted: RankerDataset
  /** Later than the fitted ones; other shoppers where all cases have one time. */
  readonly heldOut: RankerDataset
}

export interface CaseSampleOptions {
  /** Of the first case, milliseconds; absent: after a fifth of the log. */
  readonly from?: number
  /** Exclusive, milliseconds. */
  readonly until: number
  readonly maxCases: number
}

const FOLDS = 5
const WARM_UP = 0.2
const FITTED_SHARE = 0.75

/** Null where too few shoppers have come back to judge anything. */
export function sampleJudgedCases(
  data: RankerData,
  { from, until, maxCases }: CaseSampleOptions,
  random: Random,
): JudgedCases | null {
  const shoppers = data.shoppers
    .map(({ id, interactions }) => ({
      id,
      interactions: interactions.filter(({ time }) => time < until),
    }))
    .filter(({ interactions }) => interactions.length > 0)
  const first = shoppers.reduce(
    (least, { interactions: [one] }) => Math.min(least, one.time),
    until,
  )
  const start = from ?? Math.floor((first + WARM_UP * (until - first)) / DAY) * DAY
  const all = shoppers
    .flatMap((shopper) => buildCases(shopper, data.dayOnly, start))
    .filter(({ history }) => history.length > 0)
  const share = maxCases / all.length
  const cases = all
    .filter(() => share >= 1 || random.next() < share)
    .map((one): RankerCase => ({ ...one, weight: 1 }))
  const times = cases.map(({ time }) => time).sort((a, b) => a - b)
  const limit = times[Math.floor(FITTED_SHARE * times.length)]
  const isLater =
    times[0] < limit
      ? ({ time }: RankerCase) => time >= limit
      : ({ shopper }: RankerCase) => foldOf(shopper, 4) === 0
  const { context } = data
  const features = context ? contextCandidates(context.kinds) : []
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    folds: FOLDS,
    neighbourDays: 30,
    popularityDays: 7,
    from: start,
    until,
    statistics: { context },
  })
  const table = (chosen: RankerCase[]) =>
    buildDataset(
      chosen.sort(statistics.compareCases),
      ({ shopper, time }) => statistics.at(shopper, time),
      random,
      DEFAULT_DATASET,
      context
        ? {
            count: features.length,
            of: (one, current) =>
              computeContext(features, current, one.history, one.time, context.moments),
          }
        : null,
    )
  const later = cases.filter(isLater)
  const earlier = cases.filter((one) => !isLater(one))
  if (later.length < 5 || earlier.length < 15) return null
  return { fitted: table(earlier), heldOut: table(later) }
}
