/**
 * @module The second question to the ranker: not which of all items, but which among those that a
 * first fit already ranks highest. NDCG@10 is decided there, and an exact softmax over a few dozen
 * candidates spends nothing on telling the hopeless apart.
 */
import type { RankerDataset } from './dataset.ts'

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
  const cases: (typeof data.cases)[number][] = []
  const start = [0]
  for (let c = 0; c < data.cases.length; c++) {
    const rows: { row: number; score: number }[] = []
    for (let row = data.start[c]; row < data.start[c + 1]; row++) {
      let score = 0
      for (let f = 0, x = row * columns; f < columns; f++, x++) score += raw[f] * data.features[x]
      rows.push({ row, score })
    }
    const highest = rows.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, places)
    if (!highest.some(({ row }) => data.target[row] > 0)) continue
    for (const { row } of highest) kept.push(row)
    cases.push(data.cases[c])
    start.push(kept.length)
  }
  const features = new Float32Array(kept.length * columns)
  kept.forEach((row, k) => {
    features.set(data.features.subarray(row * columns, (row + 1) * columns), k * columns)
  })
  return {
    cases,
    start: Int32Array.from(start),
    item: Int32Array.from(kept, (row) => data.item[row]),
    columns,
    features,
    correction: new Float32Array(kept.length),
    target: sharesWithin(data, kept, start),
  }
}

/** Shares of the targets that are left, summing to one in each case. */
function sharesWithin(
  data: RankerDataset,
  kept: readonly number[],
  start: readonly number[],
): Float32Array {
  const target = Float32Array.from(kept, (row) => data.target[row])
  for (let c = 0; c + 1 < start.length; c++) {
    const own = target.subarray(start[c], start[c + 1])
    const sum = own.reduce((total, share) => total + share, 0)
    for (let k = 0; k < own.length; k++) own[k] /= sum
  }
  return target
}
