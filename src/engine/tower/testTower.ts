/** @module Problems for tests and benchmarks of the user tower, from a seed. */
import { createRandom } from '../../core/model/random.ts'
import type { TowerProblem, TowerShape } from './tower.ts'

/** The train step by which engines are compared: 1.8 million multiplications, 4,192 weights. */
export const WORKLOAD_T: TowerShape = {
  cases: 64,
  candidates: 65,
  inputs: 32,
  hidden: 64,
  outputs: 32,
}

export function towerProblem(
  shape: TowerShape,
  items: number,
  batches: number,
  seed: number,
): TowerProblem {
  const { cases, candidates, inputs, hidden, outputs } = shape
  const random = createRandom(seed)
  const numbers = (length: number, size: number) =>
    Float32Array.from({ length }, () => size * random.normal())
  const rows = batches * cases
  return {
    ...shape,
    table: numbers(items * outputs, 0.3),
    x: numbers(rows * inputs, 1),
    candidateIds: Int32Array.from({ length: rows * candidates }, () =>
      Math.floor(random.next() * items),
    ),
    start: Float32Array.from([
      ...numbers(inputs * hidden, inputs ** -0.5),
      ...new Float32Array(hidden),
      ...numbers(hidden * outputs, hidden ** -0.5),
      ...new Float32Array(outputs),
    ]),
    learningRate: 0.001,
  }
}
