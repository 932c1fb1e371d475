/**
 * @module Fuses a personal fit with the base model: θ = λ·θ_new + (1−λ)·θ_base. The base model has u = 0 and w_p = 0, so
 * fusion multiplies the personal parameters by λ.
 */

import { NearsideError } from '../error.ts'
import { EVENT_WEIGHTS } from '../events/strength.ts'
import { DIMENSION, type PersonalParameters, type PersonalPrior } from '../model/baseModel.ts'

/** Evidence (1 for one order today) at which a shopper's λ is half of the prior's λ. */
const HALF_TRUST = 1

export interface Fused extends PersonalParameters {
  /** Fusion weight λ in [0, 1]; scores add λ·(u·E_i + w·f_i). */
  readonly fusionWeight: number
}

/** Evidence behind a fit: 1 for one order today, 1/3 for one view today. */
export function evidenceOf(problem: { readonly weight: Float32Array }): number {
  let total = 0
  for (const weight of problem.weight) total += weight
  return total / EVENT_WEIGHTS.purchase
}

/**
 * The prior's λ is learned on all training shoppers, since a dozen clicks are too few to choose λ per shopper. The less
 * evidence a shopper has, the smaller the shopper's λ.
 * @param parameters p = (u, w_p) of a fit
 * @param evidence from `evidenceOf`
 * @throws NearsideError `fit-diverged` if p is not finite
 */
export function fuse(parameters: Float32Array, prior: PersonalPrior, evidence: number): Fused {
  if (!parameters.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'The fit is not finite; the previous model stays')
  const trust = evidence > 0 ? evidence / (evidence + HALF_TRUST) : 0
  return {
    u: parameters.slice(0, DIMENSION),
    w: parameters.slice(DIMENSION),
    fusionWeight: Math.min(1, Math.max(0, prior.fusionWeight)) * trust,
  }
}

/**
 * Mean log-likelihood of the targets in nats: log softmax(scores) over the items that are not excluded. Scores are
 * log-probabilities up to a constant.
 */
export function logLikelihood(
  scores: Float32Array,
  targets: readonly number[],
  excluded?: Uint8Array,
): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < scores.length; i++) {
    if (!excluded?.[i] && scores[i] > highest) highest = scores[i]
  }
  let sum = 0
  for (let i = 0; i < scores.length; i++) {
    if (!excluded?.[i]) sum += Math.exp(scores[i] - highest)
  }
  const normaliser = highest + Math.log(sum)
  let total = 0
  for (const target of targets) total += scores[target] - normaliser
  return total / targets.length
}
