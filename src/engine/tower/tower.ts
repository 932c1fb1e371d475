/**
 * @module A user tower, input → hidden (ReLU) → output, trained against a frozen item table: of each
 * case's candidates the first is the one that was chosen,
 *
 *   L = mean_b −log softmax_k(u_b · E[candidate_bk])₀,  u = relu([x, 1] W₁) with a 1 behind · W₂
 *
 * with Adam on all weights, a batch a step. It is the train step by which engines are compared; the
 * shop's own encoder is trained by `pretrain`, not here. Biases are the last rows of W₁ and W₂.
 */
import { NearsideError } from '../../core/error.ts'

export interface TowerShape {
  /** Cases of a batch. */
  readonly cases: number
  readonly candidates: number
  readonly inputs: number
  /** A multiple of 8, as outputs. */
  readonly hidden: number
  readonly outputs: number
}

export interface TowerProblem extends TowerShape {
  /** E, row-major [items, outputs]. */
  readonly table: Float32Array
  /** x of all batches, row-major [batches · cases, inputs]; a step takes the next batch, in a ring. */
  readonly x: Float32Array
  /** Rows of the table, [batches · cases, candidates]. */
  readonly candidateIds: Int32Array
  /** Weights to start from, [inputs + 1, hidden] then [hidden + 1, outputs]. */
  readonly start: Float32Array
  readonly learningRate: number
}

export interface TowerEngine {
  /** Weights after `steps` steps from the start. @throws NearsideError `engine-failed` */
  train(steps: number): Promise<Float32Array>
  dispose(): void
}

export function weightCount({ inputs, hidden, outputs }: TowerShape): number {
  return (inputs + 1) * hidden + (hidden + 1) * outputs
}

/** @returns the number of batches @throws NearsideError `input-invalid` */
export function checkTower(problem: TowerProblem): number {
  const { cases, candidates, inputs, hidden, outputs, table, x, candidateIds, start } = problem
  const refuse = (what: string): never => {
    throw new NearsideError('input-invalid', `User tower: ${what}`)
  }
  for (const size of [cases, candidates, inputs, hidden, outputs])
    if (!Number.isInteger(size) || size < 1) refuse(`${size} is no size`)
  if (hidden % 8 !== 0 || outputs % 8 !== 0) refuse('hidden and outputs must be multiples of 8')
  const batches = x.length / (cases * inputs)
  if (!Number.isInteger(batches) || batches < 1) refuse(`x has ${x.length} numbers`)
  if (candidateIds.length !== batches * cases * candidates)
    refuse(`${candidateIds.length} candidates for ${batches} batches`)
  const items = table.length / outputs
  const bad = candidateIds.find((id) => !(id >= 0 && id < items))
  if (bad !== undefined) refuse(`candidate ${bad} of ${items} items`)
  if (start.length !== weightCount(problem)) refuse(`${start.length} weights to start from`)
  for (const values of [table, x, start])
    if (!values.every(Number.isFinite)) refuse('a value is not finite')
  return batches
}

/** [x, 1], row-major [rows, inputs + 1]. */
export function withOnes({ x, inputs }: TowerProblem): Float32Array<ArrayBuffer> {
  const rows = x.length / inputs
  const all = new Float32Array(rows * (inputs + 1)).fill(1)
  for (let row = 0; row < rows; row++)
    all.set(x.subarray(row * inputs, (row + 1) * inputs), row * (inputs + 1))
  return all
}
