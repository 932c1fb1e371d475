/** @module Samples cases, with out-of-fold features and context, on which the ranker's features are judged. */
import { contextCandidates } from '@nearside/core/features/context/contextFeatures.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { buildDataset, contextColumns, type RankerDataset } from './dataset.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from './outOfFold.ts'
import { type SampleOptions, sampleCases } from './sample.ts'
import { DEFAULT_RANKER, type RankerData } from './trainRanker.ts'

const MOST_CASES = 3000

/** Table of some cases, with the context columns last. Context and features are judged on the same table. */
export function sampleTable(
  data: RankerData,
  asked: Pick<SampleOptions, 'from' | 'until'> & { readonly seed: number },
): RankerDataset {
  const { warmUp } = DEFAULT_RANKER
  const random = createRandom(asked.seed + 5)
  const options = { ...asked, warmUp, firstShare: 0, maxCases: MOST_CASES }
  const { cases, shoppers, from } = sampleCases(data, options, random)
  const { context, lists } = data
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    ...OUT_OF_FOLD,
    from,
    until: asked.until,
    statistics: { context },
    lists,
  })
  return buildDataset(
    cases.sort(statistics.compareCases),
    ({ shopper, time, history }) => statistics.at(shopper, time, history),
    random,
    context && contextColumns(contextCandidates(context.kinds), context.contexts),
  )
}
