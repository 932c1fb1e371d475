/** @module Item tables for tests and benchmarks, and the oracle: score everything, sort everything. */

import { quantizeRows } from '../../core/model/quantizeRows.ts'
import { createRandom } from '../../core/model/random.ts'
import type { TopK } from './selectTop.ts'
import { type ItemTable, isQuantized, quantizeQuery } from './table.ts'

export interface TestTable {
  readonly rows: number
  readonly columns: number
  readonly seed: number
}

/** Normal vectors; row by row for a million rows without a large array of doubles. */
export function testTable({ rows, columns, seed }: TestTable): {
  vectors: Float32Array<ArrayBuffer>
  query: Float32Array<ArrayBuffer>
} {
  const random = createRandom(seed)
  const numbers = (length: number) => {
    const values = new Float32Array(length)
    for (let i = 0; i < length; i++) values[i] = random.next() + random.next() + random.next() - 1.5
    return values
  }
  return { vectors: numbers(rows * columns), query: numbers(columns) }
}

export function quantized(vectors: Float32Array, columns: number): ItemTable {
  return { columns, vectors: quantizeRows(vectors, columns) }
}

/** Whole sums in double precision, one rounding, and a full sort. */
export function sortOracle({ columns, vectors }: ItemTable, query: Float32Array, k: number): TopK {
  const int8 = isQuantized(vectors)
  const values = int8 ? vectors.values : vectors
  const { levels, scale } = quantizeQuery(query)
  const q = int8 ? levels : query
  const scores = Array.from({ length: values.length / columns }, (_, row) => {
    let dot = 0
    for (let j = 0; j < columns; j++) dot += values[row * columns + j] * q[j]
    return Math.fround(int8 ? dot * vectors.scale[row] : dot) + 0
  })
  const ids = scores.map((_, id) => id).sort((a, b) => scores[b] - scores[a] || a - b)
  const best = ids.slice(0, k)
  return {
    ids: Int32Array.from(best),
    scores: Float32Array.from(best, (id) => scores[id] * (int8 ? scale : 1)),
  }
}
