/**
 * @module Validates a fit problem before an engine runs it. Without this check, an array of wrong length or a
 * non-finite number would silently give a wrong model.
 */

import { invalidInput } from '@nearside/core/error.ts'
import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import type { CentredProblem } from './objective.ts'

/** Maximum rounding error of the sum of a case's target shares, which are in single precision. */
const TARGET_TOLERANCE = 1e-3

function refuse(what: string): never {
  throw invalidInput(`Fit problem: ${what}`)
}

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    refuse(`${name} must be an integer of at least ${least}, not ${value}`)
}

function checkArray(name: string, array: Float32Array, length: number): void {
  if (!(array instanceof Float32Array)) refuse(`${name} must be a Float32Array`)
  if (array.length !== length) refuse(`${name} has ${array.length} numbers instead of ${length}`)
  // The sum is finite if and only if all numbers are finite, because sums of single-precision values can't overflow
  // double precision. The CPU computes four independent sums in parallel.
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = 0
  for (; i + 8 <= length; i += 8) {
    a += array[i] + array[i + 1]
    b += array[i + 2] + array[i + 3]
    c += array[i + 4] + array[i + 5]
    d += array[i + 6] + array[i + 7]
  }
  for (; i < length; i++) a += array[i]
  if (!Number.isFinite(a + b + c + d)) {
    const index = array.findIndex((value) => !Number.isFinite(value))
    refuse(`${name}[${index}] is ${array[index]}`)
  }
}

function checkNotNegative(name: string, array: Float32Array): void {
  const index = array.findIndex((value) => value < 0)
  if (index >= 0) refuse(`${name}[${index}] is negative (${array[index]})`)
}

function checkCase(problem: FitProblem, t: number): void {
  const { candidates, offset, target } = problem
  let live = 0
  let sum = 0
  for (let i = t * candidates; i < (t + 1) * candidates; i++) {
    if (isPadding(offset[i])) {
      if (target[i] !== 0) refuse(`case ${t} has a target on a padded candidate`)
    } else live++
    sum += target[i]
  }
  if (live === 0) refuse(`case ${t} has weight but no candidate`)
  if (Math.abs(sum - 1) > TARGET_TOLERANCE)
    refuse(`the target of case ${t} sums to ${sum} instead of 1`)
}

/** Whether a candidate with this offset is padding, which the softmax excludes. */
export function isPadding(offset: number): boolean {
  return offset <= PADDING_OFFSET
}

/** @throws NearsideError `input-invalid`, naming the array and the index, if the problem is malformed */
export function checkProblem(problem: FitProblem): void {
  const { cases, candidates, parameters, steps } = problem
  checkCount('cases', cases, 0)
  checkCount('candidates', candidates, 1)
  checkCount('parameters', parameters, 1)
  checkCount('steps', steps, 0)
  checkArray('design', problem.design, cases * candidates * parameters)
  checkArray('offset', problem.offset, cases * candidates)
  checkArray('target', problem.target, cases * candidates)
  checkArray('weight', problem.weight, cases)
  checkArray('mean', problem.mean, parameters)
  checkArray('precision', problem.precision, parameters)
  checkArray('stepSize', problem.stepSize, parameters)
  checkNotNegative('target', problem.target)
  checkNotNegative('weight', problem.weight)
  checkNotNegative('precision', problem.precision)
  checkNotNegative('stepSize', problem.stepSize)
  for (let t = 0; t < cases; t++) if (problem.weight[t] > 0) checkCase(problem, t)
}

/** Finds the cases whose weight is above 0, and the rows of their candidates without padding. */
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

/**
 * Removes padding and frozen parameters from a problem, and centres it. In the shipped prior, 75 of 102 parameters are
 * frozen. Two transformations make the problem stable in single precision, without changing the exact result:
 * - The unknown of the fit is q = p − mean. The descent starts at q = 0, and the prior's gradient is precision·q, so
 *   that no digits cancel in p − mean.
 * - Each case's rows are centred on its target's row, X̃_tk = X_tk − Σ_j target_tj X_tj. A softmax ignores a constant
 *   that its candidates share, so the loss stays the same. The gradient becomes Σ_k softmax_k X̃_tk, without
 *   differences of near-equal sums. Without centring, a column with equal values for all candidates would have a
 *   gradient of rounding noise, which Adam would turn into full steps, since it divides by |g|.
 * @param problem problem that passed `checkProblem`
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
