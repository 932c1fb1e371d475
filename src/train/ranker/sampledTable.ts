/** @module Samples the ranker's cases for its judges: features and context, out of fold. */
import { contextCandidates } from '@nearside/core/features/context/contextFeatures.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { buildDataset, contextColumns, type RankerCase, type RankerDataset } from './dataset.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from './outOfFold.ts'
import { type SampleOptions, sampleCases } from './sample.ts'
import { DEFAULT_RANKER, type RankerData } from './trainRanker.ts'

/** Draws the cases. The returned `tableOf` builds the table of some of them; context columns come last. */
export function sampleTable(
  data: RankerData,
  asked: Pick<SampleOptions, 'from' | 'until' | 'maxCases'>,
  random: Random,
) {
  const { warmUp } = DEFAULT_RANKER
  const sample = sampleCases(data, { ...asked, warmUp, firstShare: 0 }, random)
  const { context } = data
  const statistics = new OutOfFoldStatistics(data.items, sample.shoppers, {
    ...OUT_OF_FOLD,
    from: sample.from,
    until: asked.until,
    statistics: { context },
  })
  const columns = context && contextColumns(contextCandidates(context.kinds), context.contexts)
  const tableOf = (chosen: readonly RankerCase[]): RankerDataset =>
    buildDataset(
      [...chosen].sort(statistics.compareCases),
      ({ shopper, time }) => statistics.at(shopper, time),
      random,
      columns,
    )
  return { cases: sample.cases, tableOf }
}
