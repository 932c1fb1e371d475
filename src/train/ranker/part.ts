/** @module A table made of some cases and columns of another table of training cases. */
import type { RankerCase, RankerDataset } from './dataset.ts'

/** @param columns columns to copy, in this order; absent: all columns */
export function partOf(
  table: RankerDataset,
  isIn: (one: RankerCase) => boolean,
  columns?: readonly number[],
): RankerDataset {
  const kept = [...table.cases.keys()].filter((c) => isIn(table.cases[c]))
  const start = new Int32Array(kept.length + 1)
  kept.forEach((c, k) => {
    start[k + 1] = start[k] + table.start[c + 1] - table.start[c]
  })
  const rows = start[kept.length]
  const width = columns?.length ?? table.columns
  const part = {
    cases: kept.map((c) => table.cases[c]),
    start,
    item: new Int32Array(rows),
    columns: width,
    features: new Float32Array(rows * width),
    correction: new Float32Array(rows),
    target: new Float32Array(rows),
  }
  kept.forEach((c, k) => {
    const [from, to, into] = [table.start[c], table.start[c + 1], start[k]]
    for (const name of ['item', 'correction', 'target'] as const)
      part[name].set(table[name].subarray(from, to), into)
    if (!columns) {
      const { features } = table
      part.features.set(features.subarray(from * width, to * width), into * width)
      return
    }
    for (let row = from, at = into * width; row < to; row++)
      for (const column of columns)
        part.features[at++] = table.features[row * table.columns + column]
  })
  return part
}

export function rowsOfCase({ start }: Pick<RankerDataset, 'start'>, c: number): number[] {
  return Array.from({ length: start[c + 1] - start[c] }, (_, k) => start[c] + k)
}
