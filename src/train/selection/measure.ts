/** @module What weights are worth on cases: the loss of each and NDCG@10 among its candidates. */
import { ndcg, placesOf } from '../metrics.ts'
import type { NewtonTable } from '../ranker/newton.ts'

type MeasuredTable = Omit<NewtonTable, 'cases'>

export interface Measured {
  /** Of each case, nats. */
  readonly loss: readonly number[]
  /** NDCG@10 of each case. */
  readonly ndcg: readonly number[]
}

/** @param weights [columns], for columns divided by `scale`. */
export function measureCases(
  data: MeasuredTable,
  scale: Float32Array,
  weights: Float64Array,
): Measured {
  const { columns, features, start } = data
  const raw = weights.map((value, f) => value / scale[f])
  const loss: number[] = []
  const gains: number[] = []
  for (let c = 0; c + 1 < start.length; c++) {
    const count = start[c + 1] - start[c]
    const scores = new Float32Array(count)
    const targets: number[] = []
    let highest = Number.NEGATIVE_INFINITY
    for (let k = 0; k < count; k++) {
      const row = start[c] + k
      let score = 0
      for (let f = 0, x = row * columns; f < columns; f++, x++) score += raw[f] * features[x]
      scores[k] = score
      highest = Math.max(highest, score + data.correction[row])
      if (data.target[row] > 0) targets.push(k)
    }
    let sum = 0
    for (let k = 0; k < count; k++)
      sum += Math.exp(scores[k] + data.correction[start[c] + k] - highest)
    const normaliser = highest + Math.log(sum)
    loss.push(
      targets.reduce((total, k) => total + data.target[start[c] + k] * (normaliser - scores[k]), 0),
    )
    gains.push(ndcg(placesOf(scores, targets), 10))
  }
  return { loss, ndcg: gains }
}
