/** @module Measures weights on cases: loss of each case, and NDCG@10 among its candidates. */
import { ndcg, placesOf } from '../metrics.ts'
import { type RankerDataset, rowScores } from '../ranker/dataset.ts'
import { rowsOfCase } from '../ranker/part.ts'

interface Measured {
  /** Loss of each case, nats. */
  readonly loss: readonly number[]
  /** NDCG@10 of each case. */
  readonly ndcg: readonly number[]
}

/** @param weights [columns], for columns divided by `scale`. */
export function measureCases(
  data: Omit<RankerDataset, 'cases'>,
  scale: Float32Array,
  weights: Float64Array,
): Measured {
  const { start, correction, target } = data
  const exact = rowScores(data, scale, weights)
  const scores = Float32Array.from(exact)
  const loss: number[] = []
  const gains: number[] = []
  for (let c = 0; c + 1 < start.length; c++) {
    const rows = rowsOfCase(data, c)
    const highest = Math.max(...rows.map((row) => exact[row] + correction[row]))
    const sum = rows.reduce((s, row) => s + Math.exp(scores[row] + correction[row] - highest), 0)
    const normaliser = highest + Math.log(sum)
    const targets = rows.filter((row) => target[row] > 0)
    loss.push(targets.reduce((s, row) => s + target[row] * (normaliser - scores[row]), 0))
    const places = placesOf(
      scores.subarray(start[c], start[c + 1]),
      targets.map((row) => row - start[c]),
    )
    gains.push(ndcg(places, 10))
  }
  return { loss, ndcg: gains }
}
