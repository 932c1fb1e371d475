/** @module Engine in plain loops and double precision, the reference for the other engines. */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { centre } from './centre.ts'
import type { Engine, FitOptions, FitResult } from './engine.ts'
import { throwIfAborted } from './nextTask.ts'
import { descend, finish, lossAndGradient } from './objective.ts'

/** Number of multiplications between two yields to the event loop, about 10 ms. */
const WORK_PER_TASK = 8e6

async function fit(problem: FitProblem, options: FitOptions = {}): Promise<FitResult> {
  throwIfAborted(options.signal)
  const centred = centre(problem)
  const gradient = (q: Float64Array, slope: Float64Array) => void lossAndGradient(centred, q, slope)
  const q = await descend(centred, problem.steps, gradient, WORK_PER_TASK, options)
  return finish(problem, centred, q)
}

export function createJsEngine(): Engine {
  return {
    name: 'js',
    device: 'this processor (plain JavaScript)',
    fit,
    dispose: () => {},
  }
}
