/**
 * @module Builds the out-of-fold cases that context is judged on, in time order. Each candidate item of a case has
 * the base's score and the context features of that moment.
 */
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { Random } from '@nearside/core/model/random.ts'
import type { RankerDataset } from '../ranker/dataset.ts'
import type { SampleOptions } from '../ranker/sample.ts'
import { sampleTable } from '../ranker/sampledTable.ts'
import type { RankerData } from '../ranker/trainRanker.ts'

/**
 * Column 0 of the table is the base's score, the others are the context features' raw values.
 * @param rawWeights w by raw value, [F]
 */
export function buildContextTable(
  data: RankerData,
  asked: Pick<SampleOptions, 'from' | 'until' | 'maxCases'>,
  rawWeights: Float32Array,
  random: Random,
): RankerDataset {
  const { cases, tableOf } = sampleTable(data, asked, random)
  const full = tableOf(cases)
  const columns = 1 + full.columns - FEATURE_COUNT
  const values = new Float32Array(full.item.length * columns)
  for (let row = 0; row < full.item.length; row++) {
    const at = row * full.columns
    let score = 0
    for (let f = 0; f < FEATURE_COUNT; f++) score += rawWeights[f] * full.features[at + f]
    values[row * columns] = score
    values.set(full.features.subarray(at + FEATURE_COUNT, at + full.columns), row * columns + 1)
  }
  return { ...full, columns, features: values }
}
