/**
 * @module Finds a table's rows with the highest scores. A score is the row's inner product with a query, plus the row's
 * bias. A peer (another library) must find the same rows as our scan, or its time doesn't count.
 */
import type { ItemScan } from '@nearside/core/learning/shortlist.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'

export interface Best {
  /** Rows by descending score. */
  readonly rows: ArrayLike<number>
  readonly scores: ArrayLike<number>
}

/** Search of the same table by a peer (another library). */
export interface ScanPeer {
  readonly engine: string
  best(): Promise<Best>
  repeat?(times: number): Promise<unknown>
}

/** Maximum difference between a peer's score, which has single precision, and our score. */
export const TOLERANCE = 1e-5
/** The scan returns all rows whose score reaches a floor. The floor is raised until at most this many rows reach it. */
const MOST_FOUND = 500
const FLOOR_STEP = 0.25

type Table = Pick<BaseModel, 'itemVectors' | 'bias'>

function scoreOf({ itemVectors, bias }: Table, query: Float32Array, row: number): number {
  return query.reduce((sum, value, j) => sum + value * itemVectors[row * DIMENSION + j], bias[row])
}

/**
 * Finds the best rows by the scan, and scores them in double precision.
 * @param fixed part of each row's score that doesn't depend on the query: the table's bias
 * @returns the rows, and the floor (lowest score that the scan accepts) at which it found few enough
 */
export function bestByScan(
  table: Table,
  scan: ItemScan,
  fixed: Float32Array,
  query: Float32Array,
  places: number,
): { readonly floor: number; readonly best: Best } {
  let floor = 0
  let found = scan(fixed, 0, query, floor)
  while (found.length > MOST_FOUND) {
    floor += FLOOR_STEP
    found = scan(fixed, 0, query, floor)
  }
  const scored = found
    .map((row) => ({ row, score: scoreOf(table, query, row) }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, places)
  // The scan can miss rows below the floor, so the rows found must all reach it.
  if (!(scored.length === places && scored[places - 1].score >= floor))
    throw new Error(`The scan's floor ${floor} is too high for ${places} rows`)
  return {
    floor,
    best: { rows: scored.map(({ row }) => row), scores: scored.map(({ score }) => score) },
  }
}

/**
 * Compares a peer's answer with ours. Rows may change places only if their scores differ by less than the tolerance.
 * @throws Error if the answers differ otherwise, because the time of a wrong answer would be meaningless
 */
export function checkBest(table: Table, query: Float32Array, found: Best, ours: Best): void {
  const { length } = ours.rows
  const rows = Array.from(found.rows)
  if (rows.length !== length || new Set(rows).size !== length)
    throw new Error(`found ${new Set(rows).size} rows instead of ${length}`)
  rows.forEach((row, place) => {
    const score = found.scores[place]
    const off = Math.max(
      Math.abs(score - ours.scores[place]),
      Math.abs(score - scoreOf(table, query, row)),
    )
    if (!(off <= TOLERANCE))
      throw new Error(
        `place ${place + 1}: row ${row} with ${score} instead of row ${ours.rows[place]} with ${ours.scores[place]}`,
      )
  })
}

/** Transposes a row-major table [N, d] to a column-major one. */
export function columnsOf(rowMajor: Float32Array): Float32Array {
  const rows = rowMajor.length / DIMENSION
  const columns = new Float32Array(rowMajor.length)
  for (let row = 0, at = 0; row < rows; row++)
    for (let j = 0; j < DIMENSION; j++, at++) columns[j * rows + row] = rowMajor[at]
  return columns
}
