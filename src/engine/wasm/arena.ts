/**
 * @module One problem in the linear memory of the WASM kernels, and its loss and gradient: the two
 * passes over the design in SIMD, the softmax between them in double precision.
 */
import type { CentredProblem } from '../objective.ts'
import type { FitModule } from './module.ts'

const PAGE = 65_536
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** A memory with its kernels, to be used by one fit at a time. */
export class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  readonly #kernels: FitModule

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { fit: { memory: this.#memory } })
    this.#kernels = exports as unknown as FitModule
  }

  /** Copies a problem in; what the arena held before is gone. */
  load(problem: CentredProblem): LoadedProblem {
    const { start, parameters: P, weight } = problem
    const stride = roundUp(4 * P, 16)
    const groups = Int32Array.from(weight, (_, l) => Math.ceil((start[l + 1] - start[l]) / 4))
    const rows = 4 * groups.reduce((sum, count) => sum + count, 0)
    const longest = 4 * Math.max(0, ...groups)
    const at = { q: 0, sum: stride, scores: 2 * stride, design: 0 }
    at.design = roundUp(at.scores + 4 * longest, 16)
    const bytes = at.design + rows * stride
    const missing = Math.ceil(bytes / PAGE) - this.#memory.buffer.byteLength / PAGE
    if (missing > 0) this.#memory.grow(missing)
    const numbers = new Float32Array(this.#memory.buffer)
    numbers.fill(0, 0, bytes / 4)
    const first = new Int32Array(weight.length)
    let row = 0
    for (let l = 0; l < weight.length; l++) {
      first[l] = at.design + row * stride
      for (let r = start[l]; r < start[l + 1]; r++)
        numbers.set(
          problem.design.subarray(r * P, (r + 1) * P),
          (first[l] + (r - start[l]) * stride) / 4,
        )
      row += 4 * groups[l]
    }
    return new LoadedProblem(problem, this.#kernels, numbers, { ...at, first, groups, stride })
  }
}

interface Places {
  /** Byte addresses. */
  readonly q: number
  readonly sum: number
  readonly scores: number
  /** First row of each live case. */
  readonly first: Int32Array
  /** Groups of four rows of each live case. */
  readonly groups: Int32Array
  /** Bytes of a row. */
  readonly stride: number
}

export class LoadedProblem {
  readonly #problem: CentredProblem
  readonly #kernels: FitModule
  readonly #q: Float32Array
  readonly #sum: Float32Array
  readonly #scores: Float32Array
  readonly #places: Places

  constructor(problem: CentredProblem, kernels: FitModule, numbers: Float32Array, places: Places) {
    const P = problem.parameters
    this.#problem = problem
    this.#kernels = kernels
    this.#places = places
    this.#q = numbers.subarray(places.q / 4, places.q / 4 + P)
    this.#sum = numbers.subarray(places.sum / 4, places.sum / 4 + P)
    this.#scores = numbers.subarray(places.scores / 4)
  }

  /** ∂L/∂q at q, [P]. */
  gradient(q: Float64Array, gradient: Float64Array): void {
    const { weight, start, precision } = this.#problem
    const { first, groups, stride, ...at } = this.#places
    const sum = this.#sum
    for (let j = 0; j < q.length; j++) gradient[j] = precision[j] * q[j]
    this.#q.set(q)
    for (let l = 0; l < weight.length; l++) {
      this.#kernels.scoreRows(first[l], at.q, at.scores, groups[l], stride)
      this.#softmax(start[l], start[l + 1] - start[l], 4 * groups[l])
      sum.fill(0)
      this.#kernels.addRows(first[l], at.scores, at.sum, groups[l], stride)
      for (let j = 0; j < q.length; j++) gradient[j] += weight[l] * sum[j]
    }
  }

  /** Replaces the scores of a case by its softmax; rows of zeros up to `padded` get no share. */
  #softmax(offsetAt: number, count: number, padded: number): void {
    const scores = this.#scores
    const { offset } = this.#problem
    let top = Number.NEGATIVE_INFINITY
    for (let k = 0; k < count; k++) top = Math.max(top, offset[offsetAt + k] + scores[k])
    let sum = 0
    for (let k = 0; k < count; k++) {
      const e = Math.exp(offset[offsetAt + k] + scores[k] - top)
      scores[k] = e
      sum += e
    }
    const scale = 1 / sum
    for (let k = 0; k < count; k++) scores[k] *= scale
    for (let k = count; k < padded; k++) scores[k] = 0
  }
}
