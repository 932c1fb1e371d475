/**
 * @module Validates a fit problem before an engine runs it. A wrong length or a non-finite number inside the
 * loop would yield a silently wrong model.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'

/** Maximum deviation of a target row's sum from one, by rounding of f32 sums over about a thousand terms. */
const TARGET_TOLERANCE = 1e-3

function refuse(what: string): never {
  throw new NearsideError('input-invalid', `Fit problem: ${what}`)
}

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    refuse(`${name} must be an integer of at least ${least}, not ${value}`)
}

function checkArray(name: string, array: Float32Array, length: number): void {
  if (!(array instanceof Float32Array)) refuse(`${name} must be a Float32Array`)
  if (array.length !== length) refuse(`${name} has ${array.length} numbers instead of ${length}`)
  // The sum is finite if and only if all numbers are: f32 values can't overflow double precision. Four
  // independent sums run in parallel on the CPU.
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

/** @throws NearsideError `input-invalid`, naming the array and the index */
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
