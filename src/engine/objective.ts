/**
 * @module Objective of the personal fit and its gradient in double precision, for a centred problem, and the descent that
 * the engines on the processor share. Tests compare every engine with this objective.
 */
import { adamStep, startAdam } from '@nearside/core/adam.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { CentredProblem } from './centre.ts'
import type { FitOptions, FitResult } from './engine.ts'
import { nextTask, throwIfAborted } from './nextTask.ts'

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
 * Runs gradient descent on this processor, with any implementation of the gradient.
 * @param gradient writes ∂L/∂q at q, [P] each
 * @param workPerTask number of multiplications between two yields to the event loop
 * @returns q, [P]
 */
export async function descend(
  { parameters, design, stepSize }: CentredProblem,
  steps: number,
  gradient: (q: Float64Array, gradient: Float64Array) => void,
  workPerTask: number,
  { signal, onProgress }: FitOptions,
): Promise<Float64Array> {
  const q = new Float64Array(parameters)
  const slope = new Float64Array(parameters)
  let state = startAdam(parameters)
  let work = 0
  for (let step = 1; step <= steps; step++) {
    gradient(q, slope)
    state = adamStep(state, q, slope, stepSize)
    onProgress?.(step, steps)
    work += 2 * design.length
    if (work >= workPerTask) {
      work = 0
      await nextTask()
    }
    throwIfAborted(signal)
  }
  return q
}

/**
 * Makes the result of a fit, for every engine: adds the prior mean to q, and computes the losses of the returned
 * parameters in double precision.
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
