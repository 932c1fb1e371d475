/** @module Runs gradient descent on this processor, with any implementation of the gradient. */
import { adamStep, startAdam } from '@nearside/core/adam.ts'
import type { FitOptions } from './engine.ts'
import { nextTask, throwIfAborted } from './nextTask.ts'
import type { CentredProblem } from './objective.ts'

/**
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
