/**
 * @module Moves the weight of a case towards those of its targets that the ranker can reach. With
 * equal shares an order of thirty lines is mostly lines that nobody could foresee, and the fit
 * trades the top of the list for them: likelihood rises while NDCG@10 falls.
 */
import type { RankerDataset } from './dataset.ts'

/**
 * Target shares ∝ softmax(score)^focus within each case.
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
      scores.push(focus * score)
    }
    const highest = Math.max(...scores)
    const odds = scores.map((score) => Math.exp(score - highest))
    const sum = odds.reduce((a, b) => a + b, 0)
    rows.forEach((row, k) => {
      target[row] = odds[k] / sum
    })
  }
  return { ...data, target }
}
