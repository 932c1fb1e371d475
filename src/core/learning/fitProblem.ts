/**
 * @module Builds the optimisation problem of the personal fit: a multinomial logit over the base model's candidates,
 * with the base score as offset. The encoder's output is constant, with no gradient through the encoder. So the problem
 * is convex in the personal parameters p = (u, w_p): additions to the user vector and to the feature weights.
 */

import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { CANDIDATES } from '../model/trees.ts'
import { DAY } from '../time.ts'
import { createCandidates, type FindCandidates } from './candidates.ts'
import { casesForFit, casesFromHistory, type LearningCase } from './learningCases.ts'
import { type FitProblem, PADDING_OFFSET } from './problem.ts'

/** T, the maximum number of cases in a personal fit; `casesForFit` selects them. */
export const FIT_CASES = 64
/** K, the number of candidates per case. */
export const FIT_CANDIDATES = CANDIDATES
/** P = d + F, the number of personal parameters. */
export const PARAMETERS = DIMENSION + FEATURE_COUNT

/** Minimum variance, so that 1 / variance is finite. A parameter with variance 0 gets step size 0, which freezes it. */
const LEAST_VARIANCE = 1e-8

export const ownCases = (model: BaseModel, history: History, now: number): LearningCase[] =>
  casesFromHistory(
    history.filter(({ time }) => time <= now),
    { weights: model.prior.eventWeights },
  )

export function fitProblemOf(...given: Parameters<typeof fitProblemSteps>): FitProblem | null {
  const steps = fitProblemSteps(...given)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/**
 * Builds the problem of the personal fit. Yields after each case, so that urgent work on the same thread can run.
 * @param cases ascending by time
 * @param now milliseconds since the epoch; the weight of a case decays with its age at this time
 * @param options `find`: finder of candidates for this model, e.g. one with a cache
 * @returns null if there are no cases
 */
export function* fitProblemSteps(
  model: BaseModel,
  cases: readonly LearningCase[],
  now: number,
  { find = createCandidates(model) }: { readonly find?: FindCandidates } = {},
): Generator<void, FitProblem | null> {
  const recent = casesForFit(cases, FIT_CASES)
  if (recent.length === 0) return null
  const { mean, variance, stepSize, steps, halfLifeDays } = model.prior
  const rows = FIT_CASES * FIT_CANDIDATES
  const design = new Float32Array(rows * PARAMETERS)
  const offset = new Float32Array(rows).fill(PADDING_OFFSET)
  const target = new Float32Array(rows)
  const weight = new Float32Array(FIT_CASES)
  for (const [t, one] of recent.entries()) {
    const { items, base, features } = find(one.history, one.time)
    const shareOf = new Map(one.targets.map((item, k) => [item, one.shares[k]]))
    const shareAt = (k: number) => shareOf.get(items[k]) ?? 0
    const targets = [...items.keys()].filter((k) => shareAt(k) > 0)
    const shares = focusedShares(
      targets.map(shareAt),
      targets.map((k) => base[k]),
      TARGET_FOCUS,
    )
    const first = t * FIT_CANDIDATES
    offset.set(base, first)
    // A row of `design` is [E_i ; f_i / scale]: the derivative of a candidate's score with respect to (u, w_p).
    for (let k = 0; k < items.length; k++) {
      const at = (first + k) * PARAMETERS
      const vector = items[k] * DIMENSION
      for (let j = 0; j < DIMENSION; j++) design[at + j] = model.itemVectors[vector + j]
      for (let f = 0; f < FEATURE_COUNT; f++)
        design[at + DIMENSION + f] = features[k * FEATURE_COUNT + f]
    }
    for (const [n, k] of targets.entries()) target[first + k] = shares[n]
    const age = Math.max(0, now - one.time) / DAY
    // A case without targets among the candidates has weight 0, since the fit can't lift its items to the top.
    if (targets.length > 0) weight[t] = one.weight * 2 ** (-age / halfLifeDays)
    yield
  }
  return {
    cases: FIT_CASES,
    candidates: FIT_CANDIDATES,
    parameters: PARAMETERS,
    design,
    offset,
    target,
    weight,
    mean,
    precision: variance.map((v) => (v > 0 ? 1 / Math.max(v, LEAST_VARIANCE) : 0)),
    stepSize: stepSize.map((step, j) => (variance[j] > 0 ? step : 0)),
    steps,
  }
}

/**
 * Focus (see `focusedShares`) of the ranker and the personal fit; with different values, the fit would undo the ranker's
 * focus. On Online Retail, NDCG@10 of the ranker is 1.6 % higher with this focus than with 0.
 */
export const TARGET_FOCUS = 0.4

/**
 * Focuses a case with several targets on the targets that already rank high. With equal shares, a fit would sacrifice
 * the top of the list for the many unpredictable lines of a large order: likelihood rises while NDCG@10 falls. The
 * result is ∝ share · exp(focus · score) and sums to one; it is finite for any finite scores.
 * @param focus with 0 the shares stay the same; with 1 a fit minimises −log of the probability that any target is next
 */
export function focusedShares(
  shares: readonly number[],
  scores: readonly number[],
  focus: number,
): number[] {
  let highest = Number.NEGATIVE_INFINITY
  for (const score of scores) highest = Math.max(highest, score)
  const odds = shares.map((share, k) => share * Math.exp(focus * (scores[k] - highest)))
  const sum = odds.reduce((a, b) => a + b, 0)
  return odds.map((value) => value / sum)
}
