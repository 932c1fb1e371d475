/**
 * @module Removes padding and frozen parameters from a problem, and centres it. In the shipped prior, 75 of
 * 102 parameters have no step size. Two exact rewritings make the problem stable in single precision, so all
 * engines share them:
 * - p = mean + q: the descent starts at q = 0, and the prior's gradient is precision·q, without the
 *   cancellation in p − mean.
 * - Each case's rows are centred on its target's row, X̃_tk = X_tk − Σ_j target_tj X_tj. A softmax ignores a
 *   constant that its candidates share, so the loss stays the same. The gradient becomes Σ_k softmax_k X̃_tk,
 *   without differences of near-equal sums. Otherwise a column with equal values for all candidates has a
 *   gradient of rounding noise, which Adam, dividing by |g|, turns into full steps.
 */
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { CentredProblem } from './objective.ts'
import { isPadding } from './problem.ts'

/** Cases with weight, and their candidates. */
function liveRows({ cases: T, candidates: K, weight, offset }: FitProblem) {
  const cases: number[] = []
  const rows: number[] = []
  const start: number[] = [0]
  for (let t = 0; t < T; t++) {
    if (!(weight[t] > 0)) continue
    cases.push(t)
    for (let i = t * K; i < (t + 1) * K; i++) if (!isPadding(offset[i])) rows.push(i)
    start.push(rows.length)
  }
  return { cases, rows, start }
}

/** Rows are padded to a multiple of this many numbers, for SIMD. */
const LANES = 4

/** @param problem problem that passed `checkProblem` */
export function centre(problem: FitProblem): CentredProblem {
  const { parameters: width, design, offset, target, mean, stepSize } = problem
  const { cases, rows, start } = liveRows(problem)
  const moves = (j: number) => stepSize[j] > 0
  const moving = Int32Array.from(stepSize.keys()).filter(moves)
  // A frozen parameter contributes to the scores if its mean is not 0.
  const columns = Int32Array.from(stepSize.keys()).filter((j) => moves(j) || mean[j] !== 0)
  const by = Float64Array.from(columns, (j) => mean[j])
  /** Index of each column in a centred row; −1 if it is dropped. */
  const places = columns.map((j) => moving.indexOf(j))
  const stride = LANES * Math.max(1, Math.ceil(moving.length / LANES))
  const centred = new Float32Array(rows.length * stride)
  const scores = new Float64Array(rows.length)
  const targetOffset = new Float64Array(cases.length)
  const centreRow = new Float64Array(columns.length)
  for (let l = 0; l < cases.length; l++) {
    centreRow.fill(0)
    for (let r = start[l]; r < start[l + 1]; r++) {
      const share = target[rows[r]]
      if (share === 0) continue
      const from = rows[r] * width
      for (let c = 0; c < columns.length; c++) centreRow[c] += share * design[from + columns[c]]
    }
    for (let r = start[l]; r < start[l + 1]; r++) {
      const from = rows[r] * width
      const to = r * stride
      let score = offset[rows[r]]
      for (let c = 0; c < columns.length; c++) {
        const value = Math.fround(design[from + columns[c]] - centreRow[c])
        score += value * by[c]
        if (places[c] >= 0) centred[to + places[c]] = value
      }
      scores[r] = score
      targetOffset[l] += target[rows[r]] * score
    }
  }
  return {
    parameters: moving.length,
    moving,
    cases: Int32Array.from(cases),
    rows: Int32Array.from(rows),
    start: Int32Array.from(start),
    design: centred,
    stride,
    offset: scores,
    targetOffset,
    weight: Float64Array.from(cases, (t) => problem.weight[t]),
    precision: Float32Array.from(moving, (j) => problem.precision[j]),
    stepSize: Float32Array.from(moving, (j) => stepSize[j]),
  }
}
