/**
 * @module The out-of-fold cases that features are judged on: a sample of what the ranker trains on,
 * the last quarter of it kept from every fit.
 */
import { contextCandidates } from '../../core/features/context/contextFeatures.ts'
import type { Random } from '../../core/model/random.ts'
import {
  buildDataset,
  contextColumns,
  type RankerCase,
  type RankerDataset,
} from '../ranker/dataset.ts'
import { foldOf, OUT_OF_FOLD, OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import { type SampleOptions, sampleCases } from '../ranker/sample.ts'
import { DEFAULT_RANKER, type RankerData } from '../ranker/trainRanker.ts'

export interface JudgedCases {
  readonly fitted: RankerDataset
  /** Later than the fitted ones; other shoppers where all cases have one time. */
  readonly heldOut: RankerDataset
}

const FITTED_SHARE = 0.75

/** Null where too few shoppers have come back to judge anything. */
export function sampleJudgedCases(
  data: RankerData,
  asked: Pick<SampleOptions, 'from' | 'until' | 'maxCases'>,
  random: Random,
): JudgedCases | null {
  const { warmUp } = DEFAULT_RANKER
  const { shoppers, from, cases } = sampleCases(data, { ...asked, warmUp, firstShare: 0 }, random)
  const times = cases.map(({ time }) => time).sort((a, b) => a - b)
  const limit = times[Math.floor(FITTED_SHARE * times.length)]
  const isLater =
    times[0] < limit
      ? ({ time }: RankerCase) => time >= limit
      : ({ shopper }: RankerCase) => foldOf(shopper, 4) === 0
  const { context } = data
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    ...OUT_OF_FOLD,
    from,
    until: asked.until,
    statistics: { context },
  })
  const table = (chosen: RankerCase[]) =>
    buildDataset(
      chosen.sort(statistics.compareCases),
      ({ shopper, time }) => statistics.at(shopper, time),
      random,
      context ? contextColumns(contextCandidates(context.kinds), context.contexts) : null,
    )
  const later = cases.filter(isLater)
  const earlier = cases.filter((one) => !isLater(one))
  if (later.length < 5 || earlier.length < 15) return null
  return { fitted: table(earlier), heldOut: table(later) }
}
