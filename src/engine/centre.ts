/** @module Converts a fit problem to the form that engines compute with: centred, without padding and frozen parameters. */

import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'

/** Problem without padding and frozen parameters: L cases of weight above 0, which have R rows in total. */
export interface CentredProblem {
  /** P, the number of free parameters, whose step size is above 0. */
  readonly parameters: number
  /** Indices of the free parameters in the original problem, ascending, [P]. */
  readonly moving: Int32Array
  /** Index in the original problem of each remaining case, [L]. */
  readonly cases: Int32Array
  /** Index in the original problem's [T·K] rows of each remaining row, [R], grouped by case. */
  readonly rows: Int32Array
  /** Index of each case's first row, [L + 1]; the last entry is R. */
  readonly start: Int32Array
  /** Centred design X̃, row-major [R, P]; each row has `stride` numbers, with zeros after the first P. */
  readonly design: Float32Array
  /** Numbers per row, a multiple of 4, at least 4. */
  readonly stride: number
  /** Scores at q = 0, [R]: offset + X̃·mean over all the problem's parameters. */
  readonly offset: Float64Array
  /** Σ_k target_tk offset_tk, [L]: constant that each case's cross-entropy subtracts. */
  readonly targetOffset: Float64Array
  /** Weight of each case, [L], > 0. */
  readonly weight: Float64Array
  /** Prior precision of the free parameters, [P]. */
  readonly precision: Float32Array
  /** Step size of the free parameters, [P]. */
  readonly stepSize: Float32Array
}

/** Finds the cases whose weight is above 0, and the rows of their candidates without padding. */
function liveRows({ cases: T, candidates: K, weight, offset }: FitProblem) {
  const cases: number[] = []
  const rows: number[] = []
  const start: number[] = [0]
  for (let t = 0; t < T; t++) {
    if (!(weight[t] > 0)) continue
    cases.push(t)
    for (let i = t * K; i < (t + 1) * K; i++) if (offset[i] > PADDING_OFFSET) rows.push(i)
    start.push(rows.length)
  }
  return { cases, rows, start }
}

/** Rows are padded to a multiple of this many numbers, for SIMD. */
const LANES = 4

/**
 * Removes padding and frozen parameters from a problem, and centres it. In the shipped prior, 75 of 102 parameters are
 * frozen. Two transformations make the problem stable in single precision, without changing the exact result:
 * - The unknown of the fit is q = p − mean. The descent starts at q = 0, and the prior's gradient is precision·q, so
 *   that no digits cancel in p − mean.
 * - Each case's rows are centred on its target's row, X̃_tk = X_tk − Σ_j target_tj X_tj. A softmax ignores a constant
 *   that its candidates share, so the loss stays the same. The gradient becomes Σ_k softmax_k X̃_tk, without
 *   differences of near-equal sums. Without centring, a column with equal values for all candidates would have a
 *   gradient of rounding noise, which Adam would turn into full steps, since it divides by |g|.
 */
export function centre(problem: FitProblem): CentredProblem {
  const { parameters: width, design, offset, target, mean, stepSize } = problem
  const { cases, rows, start } = liveRows(problem)
  const moves = (j: number) => stepSize[j] > 0
  const moving = Int32Array.from(stepSize.keys()).filter(moves)
  // A frozen parameter contributes to the scores if its mean is not 0.
  const columns = Int32Array.from(stepSize.keys()).filter((j) => moves(j) || mean[j] !== 0)
  const by = Float64Array.from(columns, (j) => mean[j])
  /** Index of each column in a centred row; −1 if the column is left out. */
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
