/**
 * @module The engine that always works: plain loops in double precision. It is also the reference
 * that the others are checked against.
 */

import type { FitProblem } from '../core/personal/problem.ts'
import { adamStep, startAdam } from './adam.ts'
import { centre } from './centre.ts'
import type { Engine, FitOptions, FitResult } from './engine.ts'
import { lazyJsJobs } from './lazyJobs.ts'
import { longestCase, lossAndGradient } from './objective.ts'
import { nextTask, throwIfAborted } from './pause.ts'
import { checkProblem } from './problem.ts'
import { finish } from './result.ts'

/** Multiplications between two turns of the event loop: some 10 ms. */
const WORK_PER_TASK = 8e6

async function fit(problem: FitProblem, options: FitOptions = {}): Promise<FitResult> {
  checkProblem(problem)
  throwIfAborted(options.signal)
  const centred = centre(problem)
  const q = new Float64Array(problem.parameters)
  const gradient = new Float64Array(problem.parameters)
  const scratch = new Float64Array(longestCase(centred))
  let state = startAdam(problem.parameters)
  const workPerStep = 2 * centred.design.length
  let work = 0
  for (let step = 1; step <= problem.steps; step++) {
    lossAndGradient(centred, q, scratch, gradient)
    state = adamStep(state, q, gradient, problem.stepSize)
    options.onProgress?.(step, problem.steps)
    work += workPerStep
    if (work >= WORK_PER_TASK) {
      work = 0
      await nextTask()
    }
    throwIfAborted(options.signal)
  }
  return finish(problem, centred, q)
}

export function createJsEngine(): Engine {
  return {
    name: 'js',
    device: 'this processor (plain JavaScript)',
    fit,
    ...lazyJsJobs,
    dispose: () => {},
  }
}
