/**
 * @module The gradient of the shared head (`learning/gradient.ts`) on WebAssembly with SIMD: the same
 * bits, several times as fast.
 */
import {
  type LogitGradient,
  type LogitProblem,
  type PrepareLogit,
  prepareLogit,
  toResiduals,
} from '../../core/personal/gradient.ts'
import { assembleLogit, GROUP_ROWS, type LogitModule } from './module.ts'

const PAGE = 65_536
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** @throws where WebAssembly or SIMD is missing or forbidden, or memory is */
function prepareOnWasm(problem: LogitProblem): LogitGradient {
  const { cases, candidates: K, parameters: P } = problem
  const live = Array.from({ length: cases }, (_, t) => t).filter((t) => problem.weight[t] > 0)
  const stride = roundUp(4 * P, 8)
  const rows = roundUp(K, GROUP_ROWS)
  // p and the sum have a number for each column of a padded row.
  const at = { p: 0, sum: 2 * stride, scores: roundUp(4 * stride, 16), design: 0 }
  at.design = at.scores + 8 * rows
  const bytes = at.design + live.length * rows * stride
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) })
  const module = new WebAssembly.Module(assembleLogit())
  const kernels = new WebAssembly.Instance(module, { logit: { memory } })
    .exports as unknown as LogitModule
  const design = new Float32Array(memory.buffer, at.design)
  live.forEach((t, l) => {
    for (let k = 0, row = t * K; k < K; k++, row++)
      design.set(problem.design.subarray(row * P, (row + 1) * P), ((l * rows + k) * stride) / 4)
  })
  const p = new Float64Array(memory.buffer, at.p, P)
  const sum = new Float64Array(memory.buffer, at.sum, P)
  const scores = new Float64Array(memory.buffer, at.scores, rows)
  const groups = rows / GROUP_ROWS
  return (parameters, gradient) => {
    p.set(parameters)
    sum.fill(0)
    let loss = 0
    live.forEach((t, l) => {
      const first = at.design + l * rows * stride
      for (let k = 0; k < K; k++) scores[k] = problem.offset[t * K + k]
      kernels.scoreRows(first, at.p, at.scores, groups, stride)
      loss = toResiduals(problem, t, scores, loss)
      scores.fill(0, K)
      kernels.addRows(first, at.scores, at.sum, groups, stride)
    })
    gradient.set(sum)
    return loss
  }
}

/** `prepareLogit` at its fastest on this processor; whichever runs, the numbers are the same bits. */
export const prepareFastLogit: PrepareLogit = (problem) => {
  try {
    return prepareOnWasm(problem)
  } catch {
    return prepareLogit(problem)
  }
}
