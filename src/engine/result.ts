/** @module Converts the last q of a descent to the result that all engines return. */

import { NearsideError } from '@nearside/core/error.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { FitResult } from './engine.ts'
import { type CentredProblem, lossAndGradient } from './objective.ts'

/**
 * Adds the prior mean, and computes the loss at both ends of the descent in double precision. Engines on
 * other hardware use it, too, so that the reported losses belong to the returned parameters.
 * @param q displacement of the free parameters from their mean, [P]
 * @throws NearsideError `fit-diverged` if anything is not finite
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
