/**
 * @module Fusion: θ = λ·θ_new + (1−λ)·θ_base. The base has u = 0 and w_p = 0, so fusing scales the
 * personal parameters by λ, and λ = 0 is exactly the base model.
 */

import { NearsideError } from '../error.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import { EVENT_WEIGHTS } from '../features/strength.ts'
import { DIMENSION, type PersonalParameters, type PersonalPrior } from '../model/baseModel.ts'
import { PARAMETERS } from './fitProblem.ts'

/** Recent purchases' worth of evidence at which λ reaches half of the population's. */
const HALF_TRUST = 1

export interface Fused extends PersonalParameters {
  /** λ, in [0, 1]; scores add λ·(u·E_i + w·f_i). */
  readonly fusionWeight: number
}

/** What a fit stood on, in fresh purchases: 1 for one order today, 1/3 for one view today. */
export function evidenceOf(problem: { readonly weight: Float32Array }): number {
  let total = 0
  for (const weight of problem.weight) total += weight
  return total / EVENT_WEIGHTS.purchase
}

/**
 * λ comes from the population; choosing it per shopper on a dozen clicks would be noise. It is
 * scaled down by how little this shopper has given.
 * @param fitted p of length P, as the engine returns it.
 * @param evidence from `evidenceOf`.
 * @throws NearsideError `fit-diverged` where p is not finite.
 */
export function fuse(
  fitted: { readonly parameters: Float32Array },
  prior: PersonalPrior,
  evidence: number,
): Fused {
  const { parameters } = fitted
  if (parameters.length !== PARAMETERS)
    throw new NearsideError(
      'model-incompatible',
      `the fit has ${parameters.length} parameters, this version needs ${PARAMETERS}`,
    )
  if (!parameters.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'the fit is not finite; the base model stays')
  const trust = evidence > 0 ? evidence / (evidence + HALF_TRUST) : 0
  return {
    u: parameters.slice(0, DIMENSION),
    w: parameters.slice(DIMENSION, DIMENSION + FEATURE_COUNT),
    fusionWeight: Math.min(1, Math.max(0, prior.fusionWeight)) * trust,
  }
}
