/** @module Some cases and columns of a table of training cases, as a table of its own. */
import type { RankerCase, RankerDataset } from './dataset.ts'

/** @param columns in the order given; absent: all. */
export function partOf(
  table: RankerDataset,
  isIn: (one: RankerCase) => boolean,
  columns: readonly number[] = Array.from({ length: table.columns }, (_, column) => column),
): RankerDataset {
  const { cases, start } = table
  const kept = [...cases.keys()].filter((c) => isIn(cases[c]))
  const rows = kept.flatMap((c) =>
    Array.from({ length: start[c + 1] - start[c] }, (_, k) => start[c] + k),
  )
  const starts = new Int32Array(kept.length + 1)
  kept.forEach((c, k) => {
    starts[k + 1] = starts[k] + start[c + 1] - start[c]
  })
  const features = new Float32Array(rows.length * columns.length)
  rows.forEach((row, k) => {
    columns.forEach((column, f) => {
      features[k * columns.length + f] = table.features[row * table.columns + column]
    })
  })
  const at = (values: Float32Array) => Float32Array.from(rows, (row) => values[row])
  return {
    cases: kept.map((c) => cases[c]),
    start: starts,
    item: Int32Array.from(rows, (row) => table.item[row]),
    columns: columns.length,
    features,
    correction: at(table.correction),
    target: at(table.target),
  }
}
