/** @module A table made of some cases, rows and columns of another table of training cases. */
import type { RankerCase, RankerDataset } from './dataset.ts'

/** @param columns columns in the order given; absent: all. */
export function partOf(
  table: RankerDataset,
  isIn: (one: RankerCase) => boolean,
  columns?: readonly number[],
): RankerDataset {
  const { cases } = table
  const kept = [...cases.keys()].filter((c) => isIn(cases[c]))
  return rowsOf(
    table,
    kept,
    kept.map((c) => rowsOfCase(table, c)),
    columns,
  )
}

export function rowsOfCase({ start }: Pick<RankerDataset, 'start'>, c: number): number[] {
  return Array.from({ length: start[c + 1] - start[c] }, (_, k) => start[c] + k)
}

/** @param rows rows of each case, in the order of the result. */
function rowsOf(
  table: RankerDataset,
  cases: readonly number[],
  rows: readonly (readonly number[])[],
  columns: readonly number[] = Array.from({ length: table.columns }, (_, column) => column),
): RankerDataset {
  const all = rows.flat()
  const start = new Int32Array(cases.length + 1)
  rows.forEach((own, k) => {
    start[k + 1] = start[k] + own.length
  })
  const features = new Float32Array(all.length * columns.length)
  all.forEach((row, k) => {
    columns.forEach((column, f) => {
      features[k * columns.length + f] = table.features[row * table.columns + column]
    })
  })
  const at = (values: Float32Array) => Float32Array.from(all, (row) => values[row])
  return {
    cases: cases.map((c) => table.cases[c]),
    start,
    item: Int32Array.from(all, (row) => table.item[row]),
    columns: columns.length,
    features,
    correction: at(table.correction),
    target: at(table.target),
  }
}
