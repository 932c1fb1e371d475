/**
 * @module The out-of-fold cases that features are judged on: a sample of what the ranker trains on,
 * the last quarter of it kept from every fit.
 */
import type { Random } from '../../src/core/model/random.ts'
import type { RankerCase, RankerDataset } from '../../src/train/ranker/dataset.ts'
import { foldOf } from '../../src/train/ranker/outOfFold.ts'
import type { SampleOptions } from '../../src/train/ranker/sample.ts'
import { sampleTable } from '../../src/train/ranker/sampledTable.ts'
import type { RankerData } from '../../src/train/ranker/trainRanker.ts'

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
  const { cases, tableOf } = sampleTable(data, asked, random)
  const times = cases.map(({ time }) => time).sort((a, b) => a - b)
  const limit = times[Math.floor(FITTED_SHARE * times.length)]
  const isLater =
    times[0] < limit
      ? ({ time }: RankerCase) => time >= limit
      : ({ shopper }: RankerCase) => foldOf(shopper, 4) === 0
  const later = cases.filter(isLater)
  const earlier = cases.filter((one) => !isLater(one))
  if (later.length < 5 || earlier.length < 15) return null
  return { fitted: tableOf(earlier), heldOut: tableOf(later) }
}
