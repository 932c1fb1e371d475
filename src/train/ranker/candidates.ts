/**
 * @module The second question to the ranker: not which of all items, but which among those that a
 * first fit already ranks highest. NDCG@10 is decided there, and an exact softmax over a few dozen
 * candidates spends nothing on telling the hopeless apart.
 */
import type { RankerDataset } from './dataset.ts'
import { rowsOf } from './part.ts'

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
  const { columns } = data
  const raw = weights.map((value, f) => value / scale[f])
  const kept: number[] = []
  const highest: number[][] = []
  for (let c = 0; c < data.cases.length; c++) {
    const rows: { row: number; score: number }[] = []
    for (let row = data.start[c]; row < data.start[c + 1]; row++) {
      let score = 0
      for (let f = 0, x = row * columns; f < columns; f++, x++) score += raw[f] * data.features[x]
      rows.push({ row, score })
    }
    rows.sort((a, b) => b.score - a.score || a.row - b.row)
    const own = rows.slice(0, places).map(({ row }) => row)
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
