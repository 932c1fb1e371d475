/** @module Trainable parameters, and their updates by AdamW (Adam with decoupled weight decay). */
import { BETA1, BETA2, EPSILON } from '@nearside/core/adam.ts'
import type { Matrix } from './matrix.ts'

export interface Parameter {
  readonly value: Float32Array
  readonly gradient: Float32Array
  /** Weight decay per step, as a share of the learning rate. */
  readonly decay: number
  /** Rows that a step updates; absent: all. */
  readonly met?: MetRows
}

/** Rows that have a gradient in this step. Other rows keep their Adam moments, and get their weight decay later. */
export class MetRows {
  count = 0
  readonly rows: Int32Array
  readonly width: number
  /** Product of the decay factors of all steps so far. */
  #left = 1
  /** Value of `#left` when a row was last updated, [rows]. */
  readonly #leftThen: Float64Array

  constructor(rows: number, width: number) {
    this.rows = new Int32Array(rows)
    this.width = width
    this.#leftThen = new Float64Array(rows).fill(1)
  }

  /** Adds a row with a gradient to the step; the caller adds each row once. */
  meet(row: number, value: Float32Array): void {
    this.settle(row, value)
    this.rows[this.count++] = row
  }

  /** Applies the outstanding weight decay to a row. */
  settle(row: number, value: Float32Array): void {
    const share = this.#left / this.#leftThen[row]
    this.#leftThen[row] = this.#left
    if (share === 1) return
    for (let k = row * this.width, end = k + this.width; k < end; k++) value[k] *= share
  }

  /** Call this at the end of a step. `keep` is the factor by which the step decayed its rows. */
  finishStep(keep: number): void {
    this.#left *= keep
    for (let k = 0; k < this.count; k++) this.#leftThen[this.rows[k]] = this.#left
    this.count = 0
  }
}

export function createParameter(
  length: number,
  decay: number,
  allocate: (length: number) => Float32Array = (n) => new Float32Array(n),
): Parameter {
  return { value: allocate(length), gradient: allocate(length), decay }
}

/**
 * @param all parameters, whose arrays lie in the memory of the matrix
 * @returns a function that makes one step with `gradient` × `factor`, and clears the gradient
 * @see https://arxiv.org/abs/1711.05101
 */
export function createAdam(
  { allocate, adam }: Pick<Matrix, 'allocate' | 'adam'>,
  all: readonly Parameter[],
): (learningRate: number, factor: number) => void {
  // The WebAssembly loop updates at least four values, which for an empty parameter would be another parameter's.
  const parameters = all.filter(({ value }) => value.length > 0)
  const first = parameters.map(({ value }) => allocate(value.length))
  const second = parameters.map(({ value }) => allocate(value.length))
  let steps = 0
  return (learningRate, factor) => {
    steps++
    const rate = (learningRate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps)
    for (let p = 0; p < parameters.length; p++) {
      const { value, gradient, decay, met } = parameters[p]
      const keep = 1 - learningRate * decay
      const arrays = [value, gradient, first[p], second[p]]
      const move = (from: number, floats: number) => {
        const [a, b, c, d] = arrays.map(({ byteOffset }) => byteOffset + 4 * from)
        adam(a, b, c, d, floats, factor, keep, rate, 1 - BETA1, 1 - BETA2, EPSILON)
      }
      if (!met) move(0, value.length)
      else {
        for (let k = 0; k < met.count; k++) move(met.rows[k] * met.width, met.width)
        met.finishStep(keep)
      }
    }
  }
}
