/**
 * @module What a shopper may contribute, and how a sum of contributions is applied: a step on the
 * diagonal of A and on w. Dense and of one length for everybody; no item rows, because which rows
 * are not zero would be the click list.
 */

import { NearsideError } from '../error.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { type DesignRow, fitProblemOf, ownCases, PARAMETERS, personalRow } from './fitProblem.ts'
import { lossAndGradient } from './gradient.ts'

/** Length of a delta: diagonal of A, then w. */
export const SHARED_LENGTH = DIMENSION + FEATURE_COUNT

const LOCAL_STEPS = 5
const LOCAL_RATE = 0.1

/** The derivative of the score by (diagonal of A, w) is [h ⊙ E_i ; f_i / scale]. */
const sharedRow: DesignRow = (model, candidates, k, out, at) => {
  personalRow(model, candidates, k, out, at)
  for (let j = 0; j < DIMENSION; j++) out[at + j] *= candidates.hidden[j]
}

/**
 * A few local gradient steps on the mean loss of the shopper's own cases, from the base; what they
 * moved is the delta. Zeros when there is nothing to learn from, so that the shape says nothing.
 * Not clipped here: the upload path does that.
 */
export function sharedDelta(
  model: BaseModel,
  history: History,
  now: number,
): Float32Array<ArrayBuffer> {
  // A product newer than the model is no part of what the model could do better.
  const known = history.filter(({ item }) => item < model.itemIds.length)
  const problem = fitProblemOf(model, ownCases(model, known, now), now, { designRow: sharedRow })
  const moved = new Float32Array(SHARED_LENGTH)
  if (!problem) return moved
  const total = problem.weight.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0)) return moved
  const gradient = new Float64Array(PARAMETERS)
  for (let step = 0; step < LOCAL_STEPS; step++) {
    lossAndGradient(problem, moved, gradient)
    for (let j = 0; j < SHARED_LENGTH; j++) moved[j] -= (LOCAL_RATE * gradient[j]) / total
  }
  if (!moved.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'the contribution is not finite; nothing is sent')
  return moved
}

/** A and w after a round; the arguments stay as they are. */
export function applySharedDelta(
  projection: Float32Array,
  featureWeights: Float32Array,
  meanDelta: Float32Array,
  learningRate: number,
): { projection: Float32Array<ArrayBuffer>; featureWeights: Float32Array<ArrayBuffer> } {
  if (
    projection.length !== DIMENSION * DIMENSION ||
    featureWeights.length !== FEATURE_COUNT ||
    meanDelta.length !== SHARED_LENGTH
  )
    throw new NearsideError('model-incompatible', 'the delta is not of this model')
  const nextProjection = new Float32Array(projection)
  const nextWeights = new Float32Array(featureWeights)
  for (let j = 0; j < DIMENSION; j++)
    nextProjection[j * DIMENSION + j] += learningRate * meanDelta[j]
  for (let f = 0; f < FEATURE_COUNT; f++) nextWeights[f] += learningRate * meanDelta[DIMENSION + f]
  return { projection: nextProjection, featureWeights: nextWeights }
}
