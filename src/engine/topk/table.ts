/**
 * @module The vectors that a query is compared with, and its scores: s_i = E_i · q, in single
 * precision or on int8 rows with a scale each. The int8 form is exact in integers, so that every
 * implementation gives the same bits.
 */
import { NearsideError } from '../../core/error.ts'
import type { QuantizedRows } from '../../core/model/quantizeRows.ts'
import { checkCount, type TopK } from './selectTop.ts'

export interface ItemTable {
  readonly columns: number
  /** Row-major [rows, columns]. */
  readonly vectors: Float32Array | QuantizedRows
}

/** Finds the best rows of one table for any query. */
export interface TopKSearch {
  /**
   * @param query [columns]
   * @param k whole, ≥ 0; more than there are rows gives all
   * @throws NearsideError `input-invalid`, `engine-failed`
   */
  top(query: Float32Array, k: number): Promise<TopK>
  dispose(): void
}

/** Squares of it, summed over 10^7 columns, are still finite in single precision. */
const LARGEST = 1e15
const MAX_COLUMNS = 512

export function isQuantized(vectors: ItemTable['vectors']): vectors is QuantizedRows {
  return !(vectors instanceof Float32Array)
}

/** @returns the number of rows @throws NearsideError `input-invalid` */
export function checkTable({ columns, vectors }: ItemTable): number {
  const refuse = (why: string): never => {
    throw new NearsideError('input-invalid', `Item table: ${why}`)
  }
  if (!Number.isInteger(columns) || columns < 1 || columns > MAX_COLUMNS)
    refuse(`columns must be a whole number from 1 to ${MAX_COLUMNS}, not ${columns}`)
  const values = isQuantized(vectors) ? vectors.values : vectors
  const rows = values.length / columns
  if (!Number.isInteger(rows)) refuse(`${values.length} values are not rows of ${columns}`)
  if (isQuantized(vectors)) {
    if (vectors.scale.length !== rows) refuse(`${vectors.scale.length} scales for ${rows} rows`)
    if (!vectors.scale.every((scale) => scale >= 0 && scale <= LARGEST))
      refuse('a scale is negative, too large or not a number')
    // −128 is not in the range that the query's levels are chosen for.
    if (vectors.values.includes(-128)) refuse('−128 is outside −127…127')
  } else if (!vectors.every((value) => Math.abs(value) <= LARGEST))
    refuse('a value is too large or not a number')
  return rows
}

/** @throws NearsideError `input-invalid` */
export function checkQuery(query: Float32Array, columns: number, k: number): void {
  checkCount(k)
  if (query.length !== columns)
    throw new NearsideError('input-invalid', `A query of ${query.length} for ${columns} columns`)
  if (!query.every((value) => Math.abs(value) <= LARGEST))
    throw new NearsideError('input-invalid', 'A value of the query is too large or not a number')
}

export interface QuantizedQuery {
  /** [columns] */
  readonly levels: Int16Array
  /** value ≈ level × scale; 0 for a query of zeros. */
  readonly scale: number
}

/**
 * As many levels as keep |Σ level · int8| below 2²⁴, where single precision still holds every whole
 * number: 12 bits and a sign for 32 columns.
 */
export function quantizeQuery(query: Float32Array): QuantizedQuery {
  const most = Math.min(32_767, Math.floor((2 ** 24 - 1) / (127 * query.length)))
  const largest = query.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
  const scale = largest / most
  const levels = Int16Array.from(query, (value) => (scale > 0 ? Math.round(value / scale) : 0))
  return { levels, scale }
}

/** Scores are ordered before the query's scale comes in, and reported after. */
export function rescale({ ids, scores }: TopK, scale: number): TopK {
  return { ids, scores: scores.map((score) => score * scale) }
}
