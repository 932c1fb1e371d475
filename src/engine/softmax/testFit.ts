/** @module Catalogues and cases for tests and benchmarks of the softmax, from a seed. */

import { quantizeRows } from '../../core/model/quantizeRows.ts'
import { createRandom } from '../../core/model/random.ts'
import { isQuantized } from '../topk/table.ts'
import type { SoftmaxCases, SoftmaxCatalog, SoftmaxFit, SoftmaxValue } from './softmax.ts'

export interface SoftmaxTest {
  readonly seed: number
  readonly items: number
  readonly columns: number
  readonly cases: number
  readonly steps: number
  readonly int8: boolean
}

/** Cases lean towards their targets, so that there is something to learn. */
export function softmaxTest({ seed, items, columns, cases, steps, int8 }: SoftmaxTest): {
  catalog: SoftmaxCatalog
  problem: SoftmaxFit
} {
  const random = createRandom(seed)
  const numbers = (length: number, size: number) => {
    const values = new Float32Array(length)
    for (let i = 0; i < length; i++) values[i] = size * (2 * random.next() - 1)
    return values
  }
  const vectors = numbers(items * columns, 0.5)
  const targets = Int32Array.from({ length: cases }, () => Math.floor(random.next() * items))
  const queries = numbers(cases * columns, 1)
  targets.forEach((target, t) => {
    for (let j = 0; j < columns; j++) queries[t * columns + j] += vectors[target * columns + j]
  })
  return {
    catalog: {
      columns,
      vectors: int8 ? quantizeRows(vectors, columns) : vectors,
      bias: numbers(items, 2),
    },
    problem: {
      queries,
      targets,
      weight: numbers(cases, 0.5).map((value) => value + 0.75),
      mean: numbers(columns, 0.1),
      precision: numbers(columns, 0.5).map((value) => value + 1),
      stepSize: numbers(columns, 0.01).map((value) => value + 0.03),
      steps,
    },
  }
}

/**
 * How far loss and gradient are off, relative to what is summed: both come as differences, of
 * log Σ exp and the target's score, of the expected vector and the target's.
 */
export function errorOf(
  own: SoftmaxValue,
  oracle: SoftmaxValue,
  { vectors }: SoftmaxCatalog,
  { weight }: SoftmaxCases,
): number {
  const cases = weight.reduce((sum, value) => sum + value, 1)
  const largest = isQuantized(vectors) ? 0.5 : vectors.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  const errors = Array.from(own.gradient, (value, j) => Math.abs(value - oracle.gradient[j]))
  const loss = Math.abs(own.loss - oracle.loss) / (cases + Math.abs(oracle.loss))
  return Math.max(loss, ...errors.map((error) => error / (cases * largest)))
}
