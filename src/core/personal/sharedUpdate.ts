/**
 * @module What a shopper may contribute, and how a sum of contributions is applied: the way down the
 * loss of their own cases by the features' weights w. Dense and of one length for everybody; no item
 * rows, because which rows are not zero would be the click list.
 */

import { NearsideError } from '../error.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { fitProblemOf, ownCases, PARAMETERS } from './fitProblem.ts'
import { lossAndGradient } from './gradient.ts'

/** Length of a delta: that of w. */
export const SHARED_LENGTH = FEATURE_COUNT

/**
 * Minus the gradient of the mean loss of the shopper's own cases by w, at the base. Zeros when there is
 * nothing to learn from, so that the shape says nothing. Not clipped here: the upload path does that.
 */
export function sharedDelta(
  model: BaseModel,
  history: History,
  now: number,
): Float32Array<ArrayBuffer> {
  const delta = new Float32Array(SHARED_LENGTH)
  // A product newer than the model is no part of what the model could do better.
  const known = history.filter(({ item }) => item < model.itemIds.length)
  const problem = fitProblemOf(model, ownCases(model, known, now), now)
  const total = problem ? problem.weight.reduce((sum, weight) => sum + weight, 0) : 0
  if (!problem || !(total > 0)) return delta
  const gradient = new Float64Array(PARAMETERS)
  lossAndGradient(problem, new Float32Array(PARAMETERS), gradient)
  for (let f = 0; f < SHARED_LENGTH; f++) delta[f] -= gradient[DIMENSION + f] / total
  if (!delta.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'the contribution is not finite; nothing is sent')
  return delta
}

/** w after a round; the argument stays as it is. */
export function applySharedDelta(
  featureWeights: Float32Array,
  meanDelta: Float32Array,
  learningRate: number,
): Float32Array<ArrayBuffer> {
  if (featureWeights.length !== FEATURE_COUNT || meanDelta.length !== SHARED_LENGTH)
    throw new NearsideError('model-incompatible', 'the delta is not of this model')
  return Float32Array.from(featureWeights, (weight, f) => weight + learningRate * meanDelta[f])
}
