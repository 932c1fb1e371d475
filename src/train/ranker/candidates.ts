/**
 * @module The second question to the ranker: not which of all items, but which among those that a
 * first fit already ranks highest. NDCG@10 is decided there, and an exact softmax over a few dozen
 * candidates spends nothing on telling the hopeless apart.
 */
import { type RankerDataset, rowScores } from './dataset.ts'
import { rowsOf, rowsOfCase } from './part.ts'

/**
 * Each case's highest rows by a first fit. Targets outside are given up; a case without any target
 * inside falls out, and there is no sampling to correct for.
 * @param scale [columns], raw features are divided by it.
 * @param weights [columns], of the first fit.
 */
export function candidatesOf(
  data: RankerDataset,
  scale: Float32Array,
  weights: Float64Array,
  places: number,
): RankerDataset {
  const scores = rowScores(data, scale, weights)
  const kept: number[] = []
  const highest: number[][] = []
  for (let c = 0; c < data.cases.length; c++) {
    const rows = rowsOfCase(data, c).sort((a, b) => scores[b] - scores[a] || a - b)
    const own = rows.slice(0, places)
    if (!own.some((row) => data.target[row] > 0)) continue
    kept.push(c)
    highest.push(own)
  }
  const table = rowsOf(data, kept, highest)
  const { start, target } = table
  // Shares of the targets that are left sum to one in each case.
  for (let c = 0; c < kept.length; c++) {
    const own = target.subarray(start[c], start[c + 1])
    const sum = own.reduce((total, share) => total + share, 0)
    for (let k = 0; k < own.length; k++) own[k] /= sum
  }
  return { ...table, correction: new Float32Array(target.length) }
}
