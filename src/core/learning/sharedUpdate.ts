/**
 * @module Computes a shopper's contribution, and updates the model by the mean of many contributions. A contribution is
 * the descent direction of the feature weights w on the shopper's own cases. If the shop's policy asks for it, exact
 * flags of the shopper's recent items follow (`recentItems`). Noise is added later.
 */
import { NearsideError } from '../error.ts'
import { eventStrength } from '../events/strength.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { DAY } from '../time.ts'
import type { FindCandidates } from './candidates.ts'
import { fitProblemOf, ownCases, PARAMETERS } from './fitProblem.ts'
import type { FitProblem } from './problem.ts'

/** Length of a contribution: that of the feature weights w. */
export const SHARED_LENGTH = FEATURE_COUNT

/** Age in half-lives above which a case is left out: such a case weighs less than a millionth of a new one. */
const HALF_LIVES = 20

/**
 * Negative gradient of the mean loss of the shopper's own cases with respect to w, at the base model, not clipped;
 * zeros without cases.
 * @param find finder of candidates for this model; simulations share one finder between shoppers
 */
export function sharedDelta(
  model: BaseModel,
  history: History,
  now: number,
  find?: FindCandidates,
): Float32Array<ArrayBuffer> {
  const delta = new Float32Array(SHARED_LENGTH)
  // The contribution ignores products that are newer than the model.
  const known = history.filter(({ item }) => item < model.itemIds.length)
  const cases = ownCases(model, known, now)
  const oldest = (cases.at(-1)?.time ?? 0) - HALF_LIVES * model.prior.halfLifeDays * DAY
  const recent = cases.filter(({ time }) => time >= oldest)
  const problem = fitProblemOf(model, recent, now, { find })
  const total = problem ? problem.weight.reduce((sum, weight) => sum + weight, 0) : 0
  if (!problem || !(total > 0)) return delta
  const gradient = weightGradient(problem)
  for (let f = 0; f < SHARED_LENGTH; f++) delta[f] -= gradient[f] / total
  if (!delta.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'the contribution is not finite; nothing is sent')
  return delta
}

/** Gradient of the summed loss of all cases with respect to w_p, at p = 0. [F] */
function weightGradient({ cases, candidates, design, offset, target, weight }: FitProblem) {
  const gradient = new Float64Array(FEATURE_COUNT)
  for (let t = 0; t < cases; t++) {
    if (!(weight[t] > 0)) continue
    const [from, to] = [t * candidates, (t + 1) * candidates]
    const highest = offset.subarray(from, to).reduce((most, score) => Math.max(most, score))
    let sum = 0
    for (let row = from; row < to; row++) sum += Math.exp(offset[row] - highest)
    const normaliser = highest + Math.log(sum)
    for (let row = from; row < to; row++) {
      const residual = weight[t] * (Math.exp(offset[row] - normaliser) - target[row])
      if (residual === 0) continue
      const x = row * PARAMETERS + DIMENSION
      for (let f = 0; f < FEATURE_COUNT; f++) gradient[f] += residual * design[x + f]
    }
  }
  return gradient
}

/** Number of days before a contribution; the shopper's actions in these days set flags. */
const COUNTED_DAYS = 30

/**
 * Flags, [counts]: flag k is 1 if, in the last 30 days, the shopper viewed, carted or bought an item of the published
 * model whose row modulo `counts` is k; else 0. The servers add up the flags of many shoppers.
 */
export function recentItems(
  { manifest: { items } }: BaseModel,
  history: History,
  now: number,
  counts: number,
): Float32Array {
  const found = new Float32Array(counts)
  for (const { item, name, time } of history)
    if (item < items && time <= now && time > now - COUNTED_DAYS * DAY)
      if (eventStrength(name) > 0) found[item % counts] = 1
  return found
}

export function applySharedDelta(
  featureWeights: Float32Array,
  meanDelta: Float32Array,
  learningRate: number,
): Float32Array<ArrayBuffer> {
  if (featureWeights.length !== FEATURE_COUNT || meanDelta.length !== SHARED_LENGTH)
    throw new NearsideError(
      'model-incompatible',
      'the update has another number of weights than the model',
    )
  return Float32Array.from(featureWeights, (weight, f) => weight + learningRate * meanDelta[f])
}
