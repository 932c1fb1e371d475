/** @module Engine that runs a WebAssembly kernel with SIMD. */

import { NearsideError } from '@nearside/core/error.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { type CentredProblem, centre } from '../centre.ts'
import type { Engine, FitOptions, FitResult } from '../engine.ts'
import { throwIfAborted } from '../nextTask.ts'
import { descend, finish } from '../objective.ts'
import { FIT } from './fit.wasm.ts'
import { instantiate, PAGE } from './instantiate.ts'

/** Number of multiplications between two yields to the event loop, about 5 ms. */
const WORK_PER_TASK = 4e7

/** @throws NearsideError `engine-unavailable` if WebAssembly or SIMD is missing or forbidden */
export async function createWasmEngine(): Promise<Engine> {
  /** Arenas (kernel and memory) that no fit uses; several only after overlapping fits. */
  const idle: Arena[] = []
  try {
    idle.push(new Arena())
  } catch (error) {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  }
  return {
    name: 'wasm',
    device: 'this processor (WebAssembly with SIMD)',
    async fit(problem: FitProblem, options: FitOptions = {}): Promise<FitResult> {
      throwIfAborted(options.signal)
      try {
        const arena = idle.pop() ?? new Arena()
        try {
          const centred = centre(problem)
          const gradient = arena.load(centred)
          const q = await descend(centred, problem.steps, gradient, WORK_PER_TASK, options)
          return finish(problem, centred, q)
        } finally {
          idle.push(arena)
        }
      } catch (error) {
        throw NearsideError.from(error, 'engine-failed', 'The WASM engine failed')
      }
    },
    dispose() {
      idle.length = 0
    },
  }
}

/** Number of rows that the kernel computes at a time; a case with fewer rows is padded with offsets of −∞. */
export const GROUP_ROWS = 8

/**
 * Kernel for the rows x_r with offsets o_r (byte addresses; `groups` ≥ 1 of eight rows). With e_r = exp(o_r + x_r · q −
 * shift) the kernel writes Σ e_r x_r, Σ e_r and the largest o_r + x_r · q to `places(width)`, the latter two once per
 * SIMD lane.
 * @param width bytes of a row, a multiple of 16
 */
export type CaseGradient = (
  rows: number,
  offsets: number,
  groups: number,
  shift: number,
  width: number,
) => void

/** Byte addresses of the kernel's input q and of its results. */
export const places = (width: number) => ({
  q: 0,
  sum: width,
  totals: 2 * width,
  tops: 2 * width + 16,
  end: 2 * width + 32,
})

const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit
/**
 * Maximum change of a case's largest score between two steps. The softmax subtracts a shift from each score: the
 * largest score of the previous step. After a larger change, the kernel runs again with the new shift. Scores 87 below
 * the shift are lost; scores `FAR` above the shift can still be summed.
 */
const FAR = 32

/** Writes ∂L/∂q at q, [P]. */
type Gradient = (q: Float64Array, gradient: Float64Array) => void

/**
 * WASM kernel with its memory, which holds the problem of one fit at a time. To compute the problem's gradient, the
 * kernel runs once per case, and the results of the cases are summed in double precision.
 */
export class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  /** @throws if WebAssembly or SIMD is missing or forbidden */
  readonly #kernel = instantiate<CaseGradient>(FIT, this.#memory)

  /** @throws if memory is insufficient */
  load(problem: CentredProblem): Gradient {
    const { parameters: P, design, offset, start, weight, precision } = problem
    const width = 4 * problem.stride
    const at = places(width)
    const rows = roundUp(at.end, 64)
    // The kernel reads groups of eight rows: memory extends beyond the last row, and each case's offsets fill groups.
    const offsets = rows + (offset.length + GROUP_ROWS - 1) * width
    this.#reserve(offsets + 4 * (offset.length + GROUP_ROWS * weight.length))
    const numbers = new Float32Array(this.#memory.buffer)
    const part = (from: number, length: number) => numbers.subarray(from / 4, from / 4 + length)

    part(rows, design.length).set(design)
    part(rows + 4 * design.length, ((GROUP_ROWS - 1) * width) / 4).fill(0)
    let to = offsets / 4
    for (let l = 0; l < weight.length; l++) {
      const own = offset.subarray(start[l], start[l + 1])
      const top = own.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY)
      const end = to + roundUp(own.length, GROUP_ROWS)
      // A case's last group can contain rows of the next case; offsets of −∞ give these no share of the softmax.
      numbers.fill(Number.NEGATIVE_INFINITY, to, end)
      numbers.set(
        own.map((one) => one - top),
        to,
      )
      to = end
    }

    const input = part(at.q, width / 4).fill(0)
    const sum = part(at.sum, P)
    const totals = part(at.totals, 4)
    const tops = part(at.tops, 4)
    /** Largest score of each case at its last evaluation; subtracted in the softmax against overflow. */
    const shift = new Float32Array(weight.length)

    /** @returns the largest score */
    const runCase = (l: number, ownOffsets: number, groups: number): number => {
      this.#kernel(rows + start[l] * width, ownOffsets, groups, shift[l], width)
      return Math.max(tops[0], tops[1], tops[2], tops[3])
    }

    return (q, gradient) => {
      for (let j = 0; j < P; j++) gradient[j] = precision[j] * q[j]
      input.set(q)
      for (let l = 0, from = offsets; l < weight.length; l++) {
        const groups = Math.ceil((start[l + 1] - start[l]) / GROUP_ROWS)
        const top = runCase(l, from, groups)
        if (!(Math.abs(top - shift[l]) <= FAR)) {
          shift[l] = top
          runCase(l, from, groups)
        }
        shift[l] = top
        const scale = weight[l] / (totals[0] + totals[1] + totals[2] + totals[3])
        for (let j = 0; j < P; j++) gradient[j] += scale * sum[j]
        from += 4 * GROUP_ROWS * groups
      }
    }
  }

  #reserve(bytes: number): void {
    const missing = Math.ceil(bytes / PAGE) - this.#memory.buffer.byteLength / PAGE
    if (missing > 0) this.#memory.grow(missing)
  }
}
