/**
 * @module The out-of-fold cases that context is judged on: for each candidate item the base's score
 * and the features of the moment, in time order.
 */
import type { ContextFeature } from '../../core/features/context/contextFeatures.ts'
import { FEATURE_COUNT } from '../../core/features/features.ts'
import type { Random } from '../../core/model/random.ts'
import { buildDataset, contextColumns, type RankerDataset } from '../ranker/dataset.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import { type SampleOptions, sampleCases } from '../ranker/sample.ts'
import { type ContextCandidates, DEFAULT_RANKER, type RankerData } from '../ranker/trainRanker.ts'

export interface ContextTableOptions extends Pick<SampleOptions, 'from' | 'until' | 'maxCases'> {
  /** w by raw value, [F]. */
  readonly rawWeights: Float32Array
}

/** Column 0 of the table is the base's score, the others are the features' raw values. */
export function buildContextTable(
  data: RankerData,
  { kinds, contexts }: ContextCandidates,
  features: readonly ContextFeature[],
  { from, until, maxCases, rawWeights }: ContextTableOptions,
  random: Random,
): RankerDataset {
  const { warmUp } = DEFAULT_RANKER
  const sample = sampleCases(data, { from, until, warmUp, firstShare: 0, maxCases }, random)
  const statistics = new OutOfFoldStatistics(data.items, sample.shoppers, {
    ...OUT_OF_FOLD,
    from: sample.from,
    until,
    statistics: { context: { kinds, contexts } },
  })
  const full = buildDataset(
    sample.cases.sort(statistics.compareCases),
    ({ shopper, time }) => statistics.at(shopper, time),
    random,
    contextColumns(features, contexts),
  )
  const columns = 1 + features.length
  const rows = full.item.length
  const values = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const at = row * full.columns
    let score = 0
    for (let f = 0; f < FEATURE_COUNT; f++) score += rawWeights[f] * full.features[at + f]
    values[row * columns] = score
    values.set(full.features.subarray(at + FEATURE_COUNT, at + full.columns), row * columns + 1)
  }
  return { ...full, columns, features: values }
}
