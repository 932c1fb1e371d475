/**
 * @module A shopper's contribution, and how the sum of contributions updates the model. The contribution is
 * the descent direction of the feature weights w on the shopper's own cases. It is dense and has the same
 * length for every shopper. Where the policy asks for it, counts of recent items follow, which only the noise hides.
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

/** Length of a contribution, equal to that of w. */
export const SHARED_LENGTH = FEATURE_COUNT

/** Age of a case, in half-lives, above which it is left out: it weighs less than a millionth of the newest case. */
const HALF_LIVES = 20

/**
 * Negative gradient of the mean loss of the shopper's own cases with respect to w, at the base model. Without cases
 * it is all zeros, so that every contribution has the same shape. The upload path clips it later.
 * @param find finder for this model, which several shoppers' contributions can share
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
  const gradient = new Float64Array(PARAMETERS)
  lossAndGradient(problem, new Float32Array(PARAMETERS), gradient)
  for (let f = 0; f < SHARED_LENGTH; f++) delta[f] -= gradient[DIMENSION + f] / total
  if (!delta.every(Number.isFinite))
    throw new NearsideError('fit-diverged', 'the contribution is not finite; nothing is sent')
  return delta
}

/** Number of days before an update whose items it counts. */
const COUNTED_DAYS = 30

/**
 * 1 for each count with an item of the published model that the shopper viewed, carted or bought in the last 30
 * days, else 0.
 * @param counts number of counts; the item of row r belongs to count r modulo this number
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

/** Feature weights w after a round, as a new array. */
export function applySharedDelta(
  featureWeights: Float32Array,
  meanDelta: Float32Array,
  learningRate: number,
): Float32Array<ArrayBuffer> {
  if (featureWeights.length !== FEATURE_COUNT || meanDelta.length !== SHARED_LENGTH)
    throw new NearsideError('model-incompatible', 'the delta does not fit the model')
  return Float32Array.from(featureWeights, (weight, f) => weight + learningRate * meanDelta[f])
}

type LogitProblem = Pick<
  FitProblem,
  'cases' | 'candidates' | 'parameters' | 'design' | 'offset' | 'target' | 'weight'
>

/**
 * Multinomial logit with offset, without the prior: Σ_t weight_t · −Σ_k target_tk · log softmax_k(offset_t + X_t p).
 * @param gradient [P], overwritten
 * @returns the loss in nats
 */
export function lossAndGradient(
  problem: LogitProblem,
  parameters: Float32Array | Float64Array,
  gradient: Float64Array,
): number {
  const { candidates: K, parameters: P, design, offset } = problem
  gradient.fill(0)
  const scores = new Float64Array(K)
  let loss = 0
  for (let t = 0; t < problem.cases; t++) {
    if (!(problem.weight[t] > 0)) continue
    for (let k = 0, row = t * K; k < K; k++, row++) {
      let score = offset[row]
      for (let j = 0, x = row * P; j < P; j++, x++) score += design[x] * parameters[j]
      scores[k] = score
    }
    loss = toResiduals(problem, t, scores, loss)
    for (let k = 0, row = t * K; k < K; k++, row++) {
      const residual = scores[k]
      if (residual === 0) continue
      for (let j = 0, x = row * P; j < P; j++, x++) gradient[j] += residual * design[x]
    }
  }
  return loss
}

/**
 * Replaces the scores of case t by the derivatives of its loss.
 * @param scores input and output in the first K elements
 * @param loss sum of the previous cases. @returns the sum including this case
 */
function toResiduals(
  { candidates: K, target, weight }: LogitProblem,
  t: number,
  scores: Float64Array,
  loss: number,
): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let k = 0; k < K; k++) if (scores[k] > highest) highest = scores[k]
  let sum = 0
  for (let k = 0; k < K; k++) sum += Math.exp(scores[k] - highest)
  const normaliser = highest + Math.log(sum)
  for (let k = 0, row = t * K; k < K; k++, row++) {
    const share = target[row]
    if (share > 0) loss += weight[t] * share * (normaliser - scores[k])
    scores[k] = weight[t] * (Math.exp(scores[k] - normaliser) - share)
  }
  return loss
}
