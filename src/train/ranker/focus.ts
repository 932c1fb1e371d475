/** @module Moves the weight of each training case to the targets that the ranker can rank high. */
import { focusedShares } from '@nearside/core/learning/focus.ts'
import { type RankerDataset, rowScores } from './dataset.ts'
import { rowsOfCase } from './part.ts'

/**
 * Target shares as in `focusedShares`, by the scores of a first fit.
 * @param scale [columns], divisor of the raw features.
 * @param weights [columns], of a first fit with equal shares.
 * @param focus 0 keeps equal shares; 1 gives the likelihood that any one target is next.
 */
export function focusTargets(
  data: RankerDataset,
  scale: Float32Array,
  weights: Float64Array,
  focus: number,
): RankerDataset {
  const scores = rowScores(data, scale, weights)
  const target = new Float32Array(data.target.length)
  for (let c = 0; c < data.cases.length; c++) {
    const rows = rowsOfCase(data, c).filter((row) => data.target[row] !== 0)
    const shares = focusedShares(
      rows.map((row) => data.target[row]),
      rows.map((row) => scores[row]),
      focus,
    )
    rows.forEach((row, k) => {
      target[row] = shares[k]
    })
  }
  return { ...data, target }
}
