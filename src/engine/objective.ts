/**
 * @module Computes the objective of the personal fit and its gradient in double precision, for a centred problem. The
 * JS engine descends with this objective, and tests compare every other engine with it.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { FitResult } from './engine.ts'
/** Problem without padding and frozen parameters: L cases of weight above 0, which have R rows in total. */
export interface CentredProblem {
  /** P, the number of free parameters, whose step size is above 0. */
  readonly parameters: number
  /** Indices of the free parameters in the problem, ascending, [P]. */
  readonly moving: Int32Array
  /** Index in the original problem of each remaining case, [L]. */
  readonly cases: Int32Array
  /** For each remaining row, its index in the original problem's [T·K] rows, [R], grouped by case. */
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

/** Replaces scores by their softmax; returns log Σ exp. */
function softmaxInPlace(scores: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY
  for (let k = 0; k < scores.length; k++) if (scores[k] > top) top = scores[k]
  let sum = 0
  for (let k = 0; k < scores.length; k++) {
    scores[k] = Math.exp(scores[k] - top)
    sum += scores[k]
  }
  for (let k = 0; k < scores.length; k++) scores[k] /= sum
  return top + Math.log(sum)
}

/** Loss L at p = mean + q; writes ∂L/∂q into `gradient` if it is given. @param q displacement from the mean, [P] */
export function lossAndGradient(
  problem: CentredProblem,
  q: Float64Array,
  gradient?: Float64Array,
): number {
  const { parameters: P, design, stride, start, offset, weight, precision, targetOffset } = problem
  const shares = new Float64Array(offset.length)
  let loss = 0
  for (let j = 0; j < P; j++) {
    loss += 0.5 * precision[j] * q[j] * q[j]
    if (gradient) gradient[j] = precision[j] * q[j]
  }
  for (let l = 0; l < weight.length; l++) {
    for (let r = start[l]; r < start[l + 1]; r++) {
      let score = 0
      for (let j = 0, x = r * stride; j < P; j++, x++) score += design[x] * q[j]
      shares[r] = score + offset[r]
    }
    const logSum = softmaxInPlace(shares.subarray(start[l], start[l + 1]))
    loss += weight[l] * (logSum - targetOffset[l])
    if (!gradient) continue
    for (let r = start[l]; r < start[l + 1]; r++) {
      const scale = weight[l] * shares[r]
      for (let j = 0, x = r * stride; j < P; j++, x++) gradient[j] += scale * design[x]
    }
  }
  return loss
}

/**
 * Makes the result of a fit: adds the prior mean to q, and computes the loss before and after the descent in double
 * precision. Every engine uses this function, so that the reported losses belong to the returned parameters.
 * @param q displacement of the free parameters from their mean, [P]
 * @throws NearsideError `fit-diverged` if a parameter or a loss is not finite
 */
export function finish(
  problem: FitProblem,
  centred: CentredProblem,
  q: ArrayLike<number>,
): FitResult {
  const { moving } = centred
  const parameters = problem.mean.slice()
  for (let p = 0; p < moving.length; p++) parameters[moving[p]] += q[p]
  const reached = Float64Array.from(moving, (j) => parameters[j] - problem.mean[j])
  const lossBefore = lossAndGradient(centred, new Float64Array(moving.length))
  const lossAfter = lossAndGradient(centred, reached)
  if (
    !Number.isFinite(lossBefore) ||
    !Number.isFinite(lossAfter) ||
    !parameters.every(Number.isFinite)
  )
    throw new NearsideError(
      'fit-diverged',
      'The fit left the range of finite numbers; the previous personal model stays',
    )
  return { parameters, lossBefore, lossAfter }
}
