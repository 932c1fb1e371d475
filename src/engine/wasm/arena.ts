/**
 * @module One problem in the linear memory of the WASM kernel, and its gradient: a call of the kernel a
 * case, the cases added in double precision.
 */
import type { FitProblem } from '../../core/personal/problem.ts'
import { centre } from '../centre.ts'
import type { CentredProblem } from '../objective.ts'
import { instantiate, PAGE } from './assemble.ts'
import { assembleFit, type CaseGradient, GROUP_ROWS, places, ROW_BYTES } from './module.ts'

const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit
/**
 * How far the largest score of a case may be from what it was a step before: what is smaller by so
 * much and 87 less is lost, what is larger by so much can still be summed.
 */
const FAR = 32

/** A memory with its kernel, to be used by one fit at a time. */
export class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  #stride = 0
  #kernel: CaseGradient | null = null

  /** @throws where WebAssembly or SIMD is missing or forbidden, or memory is */
  load(problem: FitProblem): LoadedProblem {
    let layout: Layout = { stride: 0, rows: 0, offsets: 0 }
    const centred = centre(problem, (parameters) => {
      // Where nothing moves, a column of zeros.
      const stride = Math.max(ROW_BYTES, roundUp(4 * parameters, ROW_BYTES))
      const at = roundUp(places(stride).end, 64)
      return {
        stride: stride / 4,
        allocate: (rows) => {
          // The last group may reach beyond the last row.
          const offsets = at + (rows + GROUP_ROWS - 1) * stride
          this.#reserve(offsets + 4 * (rows + GROUP_ROWS * problem.cases))
          const { buffer } = this.#memory
          new Float32Array(buffer, at + rows * stride, ((GROUP_ROWS - 1) * stride) / 4).fill(0)
          layout = { stride, rows: at, offsets }
          return new Float32Array(buffer, at, (rows * stride) / 4)
        },
      }
    })
    return new LoadedProblem(centred, this.#kernelFor(layout.stride), this.#memory.buffer, layout)
  }

  /** Assembled for the length of a row, which is the same for all fits of a model. */
  #kernelFor(stride: number): CaseGradient {
    if (!this.#kernel || stride !== this.#stride) {
      this.#kernel = instantiate<CaseGradient>(assembleFit(stride), this.#memory)
      this.#stride = stride
    }
    return this.#kernel
  }

  #reserve(bytes: number): void {
    const missing = Math.ceil(bytes / PAGE) - this.#memory.buffer.byteLength / PAGE
    if (missing > 0) this.#memory.grow(missing)
  }
}

/** In bytes. */
interface Layout {
  readonly stride: number
  /** Address of the first row. */
  readonly rows: number
  /** Address of the first offset: each case has whole groups of them. */
  readonly offsets: number
}

export class LoadedProblem {
  readonly centred: CentredProblem
  readonly #kernel: CaseGradient
  readonly #layout: Layout
  readonly #q: Float32Array
  readonly #sum: Float32Array
  readonly #totals: Float32Array
  readonly #tops: Float32Array
  /** Largest score of each live case when it was last seen, less its largest offset. */
  readonly #shift: Float32Array

  constructor(centred: CentredProblem, kernel: CaseGradient, buffer: ArrayBuffer, layout: Layout) {
    const { parameters: P, offset, start, weight } = centred
    const at = places(layout.stride)
    this.centred = centred
    this.#kernel = kernel
    this.#layout = layout
    this.#q = new Float32Array(buffer, at.q, layout.stride / 4).fill(0)
    this.#sum = new Float32Array(buffer, at.sum, P)
    this.#totals = new Float32Array(buffer, at.totals, 4)
    this.#tops = new Float32Array(buffer, at.tops, 4)
    this.#shift = new Float32Array(weight.length)
    let to = layout.offsets / 4
    const numbers = new Float32Array(buffer)
    for (let l = 0; l < weight.length; l++) {
      const own = offset.subarray(start[l], start[l + 1])
      let top = Number.NEGATIVE_INFINITY
      for (let k = 0; k < own.length; k++) top = Math.max(top, own[k])
      const groups = Math.ceil(own.length / GROUP_ROWS)
      // A group that reaches into the next case gives its rows no share.
      numbers.fill(Number.NEGATIVE_INFINITY, to, to + GROUP_ROWS * groups)
      for (let k = 0; k < own.length; k++) numbers[to + k] = own[k] - top
      to += GROUP_ROWS * groups
    }
  }

  /** Writes ∂L/∂q at q, [P]. */
  readonly gradient = (q: Float64Array, gradient: Float64Array): void => {
    const { weight, start, precision } = this.centred
    const sum = this.#sum
    const totals = this.#totals
    let { offsets } = this.#layout
    for (let j = 0; j < q.length; j++) gradient[j] = precision[j] * q[j]
    this.#q.set(q)
    for (let l = 0; l < weight.length; l++) {
      const groups = Math.ceil((start[l + 1] - start[l]) / GROUP_ROWS)
      const top = this.#runCase(l, offsets, groups)
      if (!(Math.abs(top - this.#shift[l]) <= FAR)) {
        this.#shift[l] = top
        this.#runCase(l, offsets, groups)
      }
      this.#shift[l] = top
      const scale = weight[l] / (totals[0] + totals[1] + totals[2] + totals[3])
      for (let j = 0; j < q.length; j++) gradient[j] += scale * sum[j]
      offsets += 4 * GROUP_ROWS * groups
    }
  }

  /** @returns the largest score */
  #runCase(l: number, offsets: number, groups: number): number {
    const { rows, stride } = this.#layout
    this.#kernel(rows + this.centred.start[l] * stride, offsets, groups, this.#shift[l])
    const tops = this.#tops
    return Math.max(tops[0], tops[1], tops[2], tops[3])
  }
}
