/** @module Moves the weight of each training case towards the targets that the ranker can reach. */
import { focusedShares } from '../../core/personal/focus.ts'
import type { RankerDataset } from './dataset.ts'

/**
 * Target shares as in `focusedShares`, by the scores of a first fit.
 * @param scale [columns], raw features are divided by it.
 * @param weights [columns], of a first fit with equal shares.
 * @param focus 0 keeps equal shares; 1 would be the likelihood that any one target is next.
 */
export function focusTargets(
  data: RankerDataset,
  scale: Float32Array,
  weights: Float64Array,
  focus: number,
): RankerDataset {
  const { columns } = data
  const raw = weights.map((value, f) => value / scale[f])
  const target = new Float32Array(data.target.length)
  for (let c = 0; c < data.cases.length; c++) {
    const rows: number[] = []
    const scores: number[] = []
    for (let row = data.start[c]; row < data.start[c + 1]; row++) {
      if (data.target[row] === 0) continue
      let score = 0
      for (let f = 0, x = row * columns; f < columns; f++, x++) score += raw[f] * data.features[x]
      rows.push(row)
      scores.push(score)
    }
    const shares = focusedShares(
      rows.map((row) => data.target[row]),
      scores,
      focus,
    )
    rows.forEach((row, k) => {
      target[row] = shares[k]
    })
  }
  return { ...data, target }
}
