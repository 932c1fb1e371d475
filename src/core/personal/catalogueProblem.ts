/**
 * @module The fit of u against the whole catalogue instead of the base's candidates: every item has its
 * place in the softmax, with its base score as offset, features and all.
 *
 * The features are why that is a matrix of offsets, cases × items, and not a table of items with more
 * columns (`engine/softmax/softmax.ts`): what an item's own history and ties add is sparse, popularity
 * and categories would be columns, but nearness to the usual price is e^−|x − y|, of no low rank.
 * What is learned is the same for every case, so a step needs one product with the table, not one
 * a case.
 */

import type { History } from '../features/history.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { createEncoder } from '../model/encoder.ts'
import { scoreTerms } from '../model/score.ts'
import { DAY } from '../time.ts'
import { descentOf, FIT_CASES } from './fitProblem.ts'
import { focusedShares, TARGET_FOCUS } from './focus.ts'
import { casesFromHistory } from './learningCases.ts'

export interface CatalogueCase {
  /** Base scores, [N]. */
  readonly offset: Float32Array
  readonly targets: readonly number[]
  /** Of each target, summing to one. */
  readonly shares: readonly number[]
  /** > 0 */
  readonly weight: number
}

/** Σ_t weight_t · −Σ_k share_tk · log softmax_i(offset_ti + E_i·u) + ½ Σ_j precision_j (u_j − mean_j)² */
export interface CatalogueProblem {
  readonly cases: readonly CatalogueCase[]
  /** E, row-major [N, d]. */
  readonly vectors: Float32Array
  /** [d] each. */
  readonly mean: Float32Array
  readonly precision: Float32Array
  readonly stepSize: Float32Array
  readonly steps: number
}

/**
 * @param history ascending by time; what is after `now` is ignored.
 * @param now milliseconds since the epoch
 * @returns null when the history holds nothing to learn from.
 */
export function buildCatalogueProblem(
  model: BaseModel,
  history: History,
  now: number,
): CatalogueProblem | null {
  const past = history.filter((entry) => entry.time <= now)
  const recent = casesFromHistory(past, { weights: model.prior.eventWeights }).slice(-FIT_CASES)
  if (recent.length === 0) return null
  const encode = createEncoder(model)
  const cases = recent.map(({ history: before, time, targets, shares, weight }) => {
    const { base } = scoreTerms(model, before, time, encode(before, time))
    const scores = targets.map((item) => base[item])
    const age = Math.max(0, now - time) / DAY
    return {
      offset: base,
      targets,
      shares: focusedShares(shares, scores, TARGET_FOCUS),
      weight: weight * 2 ** (-age / model.prior.halfLifeDays),
    }
  })
  const { mean, precision, stepSize, steps } = descentOf(model.prior)
  return {
    cases,
    vectors: model.itemVectors,
    mean: mean.slice(0, DIMENSION),
    precision: precision.slice(0, DIMENSION),
    stepSize: stepSize.slice(0, DIMENSION),
    steps,
  }
}

/** Loss without the prior, and its gradient by u. */
export function catalogueLoss(
  { cases, vectors }: Pick<CatalogueProblem, 'cases' | 'vectors'>,
  u: ArrayLike<number>,
): { readonly loss: number; readonly gradient: Float64Array } {
  const d = u.length
  const items = vectors.length / d
  const moved = new Float64Array(items)
  for (let i = 0, m = 0; i < items; i++) {
    let sum = 0
    for (let j = 0; j < d; j++, m++) sum += vectors[m] * u[j]
    moved[i] = sum
  }
  // Σ_t weight_t · (softmax − share), one number an item.
  const residual = new Float64Array(items)
  const odds = new Float64Array(items)
  let loss = 0
  for (const { offset, targets, shares, weight } of cases) {
    let top = Number.NEGATIVE_INFINITY
    for (let i = 0; i < items; i++) top = Math.max(top, offset[i] + moved[i])
    let sum = 0
    for (let i = 0; i < items; i++) {
      odds[i] = Math.exp(offset[i] + moved[i] - top)
      sum += odds[i]
    }
    const logSum = top + Math.log(sum)
    for (let i = 0; i < items; i++) residual[i] += (weight / sum) * odds[i]
    targets.forEach((item, k) => {
      loss += weight * shares[k] * (logSum - offset[item] - moved[item])
      residual[item] -= weight * shares[k]
    })
  }
  const gradient = new Float64Array(d)
  for (let i = 0, m = 0; i < items; i++)
    for (let j = 0; j < d; j++, m++) gradient[j] += residual[i] * vectors[m]
  return { loss, gradient }
}
