/** @module Top-k in plain JavaScript: what the other implementations are checked against. */

import { selectTop } from './selectTop.ts'
import {
  checkQuery,
  checkTable,
  type ItemTable,
  isQuantized,
  quantizeQuery,
  rescale,
  type TopKSearch,
} from './table.ts'

/** Four sums that don't wait for each other. `out[r]` = row r · query, times its scale if given. */
function scoreRows(
  values: Float32Array | Int8Array,
  query: Float32Array | Int16Array,
  scale: Float32Array | null,
  out: Float32Array,
): void {
  const columns = query.length
  const whole = columns - (columns % 4)
  for (let row = 0, m = 0; row < out.length; row++) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let j = 0
    for (; j < whole; j += 4, m += 4) {
      a += values[m] * query[j]
      b += values[m + 1] * query[j + 1]
      c += values[m + 2] * query[j + 2]
      d += values[m + 3] * query[j + 3]
    }
    for (; j < columns; j++, m++) a += values[m] * query[j]
    const dot = a + b + (c + d)
    // Rounded once, to single precision, by the array.
    out[row] = scale ? dot * scale[row] : dot
  }
}

/** @throws NearsideError `input-invalid` */
export function createJsTopK(table: ItemTable): TopKSearch {
  const scores = new Float32Array(checkTable(table))
  const { columns, vectors } = table
  return {
    async top(query, k) {
      checkQuery(query, columns, k)
      if (!isQuantized(vectors)) {
        scoreRows(vectors, query, null, scores)
        return selectTop(scores, k)
      }
      const { levels, scale } = quantizeQuery(query)
      scoreRows(vectors.values, levels, vectors.scale, scores)
      return rescale(selectTop(scores, k), scale)
    },
    dispose() {},
  }
}
