/** @module Creates parameters with their gradients, and updates them by AdamW (Adam with decoupled weight decay). */
import { BETA1, BETA2, EPSILON } from '@nearside/core/adam.ts'
import type { Matrix } from './matrix.ts'

export interface Parameter {
  readonly value: Float32Array
  readonly gradient: Float32Array
  /** Decoupled weight decay per step, as a share of the step size. */
  readonly decay: number
  /** Tracks the rows that a step updates; if absent, a step updates all rows. */
  readonly met?: MetRows
}

/** Tracks the rows that have a gradient in this step. Other rows keep their moments; their weight decay comes later. */
export class MetRows {
  count = 0
  readonly rows: Int32Array
  readonly width: number
  /** Factor by which all weight decay since the beginning would have shrunk a row. */
  #left = 1
  /** Value of `#left` when a row was last updated, [rows]. */
  readonly #leftThen: Float64Array

  constructor(rows: number, width: number) {
    this.rows = new Int32Array(rows)
    this.width = width
    this.#leftThen = new Float64Array(rows).fill(1)
  }

  /** Registers a row with a gradient. Call this once a step for each such row. */
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

/** Creates a parameter; `allocate` provides the arrays of its values and gradients. */
export function createParameter(
  length: number,
  decay: number,
  allocate: (length: number) => Float32Array = (n) => new Float32Array(n),
): Parameter {
  return { value: allocate(length), gradient: allocate(length), decay }
}

/**
 * @param all parameters, whose arrays must lie in the memory of `matrix`
 * @returns a function that makes one step with `gradient` × `factor` and then clears the gradient
 * @see https://arxiv.org/abs/1711.05101
 */
export function createAdam(
  { allocate, adam }: Pick<Matrix, 'allocate' | 'adam'>,
  all: readonly Parameter[],
): (learningRate: number, factor: number) => void {
  // The WebAssembly loop always updates at least four values. For an empty parameter, these values would belong to
  // another parameter.
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
