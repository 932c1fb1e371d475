/**
 * @module Chooses how strongly, how long and with which λ to learn by how likely that made the next
 * case of training shoppers, among what leaves NDCG@10 as it is. Doing nothing is always among the
 * choices, and noise chooses it.
 */

import { EVENT_WEIGHTS, type EventWeights } from '../../core/features/strength.ts'
import { type BaseModel, DIMENSION, type PersonalPrior } from '../../core/model/baseModel.ts'
import type { Engine } from '../../engine/engine.ts'
import { mean, shopperMeans, standardError } from '../estimates.ts'
import { type Spread, withVariance } from './spread.ts'
import { type Outcome, outcomesOf, problemUnder, type Trial } from './trial.ts'

const FUSION_WEIGHTS = [0.05, 0.1, 0.25, 0.5, 0.75, 1] as const

/** Multiplies the learned variances of u and of w_p; 0 freezes them. */
export interface Recipe {
  readonly taste: number
  readonly features: number
  readonly halfLifeDays: number
  /** One of `EVENT_WEIGHTINGS`. */
  readonly eventWeights: EventWeights
  /** Share of the learned mean, 0 or 1. */
  readonly mean: number
}

export interface Judgement {
  readonly recipe: Recipe
  readonly fusionWeight: number
  /** Mean change of NDCG@10 over shoppers relative to the base's, and its standard error. */
  readonly ndcgLift: number
  readonly ndcgError: number
  /** Mean fall of the next case's NLL in nats, and its standard error. */
  readonly nllGain: number
  readonly nllError: number
  /** Of each shopper. */
  readonly nllGains: readonly number[]
}

/** Shoppers who are asked, and a spread that others gave. */
interface Asked {
  readonly trials: readonly Trial[]
  readonly spread: Spread
}

export function priorOf(
  spread: Spread,
  start: PersonalPrior,
  recipe: Recipe,
  fusionWeight: number,
): PersonalPrior {
  const variance = spread.variance.map(
    (v, j) => v * (j < DIMENSION ? recipe.taste : recipe.features),
  )
  const shift = spread.mean.map((m, j) => (variance[j] > 0 ? m * recipe.mean : 0))
  return {
    ...withVariance(start, variance),
    mean: shift,
    halfLifeDays: recipe.halfLifeDays,
    ...(recipe.eventWeights !== EVENT_WEIGHTS && { eventWeights: recipe.eventWeights }),
    fusionWeight,
  }
}

/** One judgement a λ. */
export async function judge(
  model: BaseModel,
  asked: readonly Asked[],
  start: PersonalPrior,
  recipe: Recipe,
  engine: Engine,
): Promise<Judgement[]> {
  const outcomes: Outcome[][] = []
  for (const { trials, spread } of asked) {
    const prior = priorOf(spread, start, recipe, 1)
    for (const trial of trials) {
      const { parameters } = await engine.fit(problemUnder(trial, prior))
      outcomes.push(outcomesOf(model, trial, prior, parameters, FUSION_WEIGHTS))
    }
  }
  const trials = asked.flatMap((one) => one.trials)
  const base = mean(trials.map((trial) => trial.baseNdcg)) || 1
  return FUSION_WEIGHTS.map((fusionWeight, at) => {
    const ndcg = shopperMeans(trials, ({ baseNdcg }, k) => outcomes[k][at].ndcg - baseNdcg)
    const nll = shopperMeans(trials, ({ baseNll }, k) => baseNll - outcomes[k][at].nll)
    return {
      recipe,
      fusionWeight,
      ndcgLift: mean(ndcg) / base,
      ndcgError: errorOf(ndcg) / base,
      nllGain: mean(nll),
      nllError: errorOf(nll),
      nllGains: nll,
    }
  })
}

/** Of one shopper nothing is certain. */
function errorOf(values: readonly number[]): number {
  return values.length < 2 ? Number.POSITIVE_INFINITY : standardError(values)
}

interface Choice {
  /** Null: learn nothing. */
  readonly best: Judgement | null
  readonly reason: string
}

/** Worst loss of NDCG@10 that the interval's lower end may reach, relative. */
const HARM_LIMIT = 0.003
/** Standard errors to the end of an interval. */
const ERRORS = 2

/**
 * Of what is proven not to cost NDCG@10 more than 0.3 %, the largest certain gain in likelihood: a
 * shopper's few cases tell likelihoods apart long before they tell ranks apart. Else nothing: null.
 * The taste vector u, 64 numbers, is learned only where that is proven to be more likely than the
 * best without it, harmless or not: else it would stand in for a λ that the grid lacks.
 */
export function choose(judgements: readonly Judgement[]): Choice {
  const byGain = [...judgements].sort((a, b) => certainGain(b) - certainGain(a))
  const without = byGain.find(({ recipe }) => recipe.taste === 0)
  const best = byGain.find(
    (one) =>
      certainGain(one) > 0 &&
      one.ndcgLift - ERRORS * one.ndcgError > -HARM_LIMIT &&
      (one.recipe.taste === 0 || !without || isMoreLikely(one, without)),
  )
  if (!best)
    return { best: null, reason: 'nothing learned on one shopper helped the next case: λ = 0' }
  return {
    best,
    reason: 'predicts the next case with more likelihood and leaves NDCG@10 as it is',
  }
}

/** Nats, at the interval's lower end. */
export const certainGain = (one: Judgement) => one.nllGain - ERRORS * one.nllError

/** Proven, on the same shoppers. */
function isMoreLikely(one: Judgement, other: Judgement): boolean {
  const differences = one.nllGains.map((gain, k) => gain - other.nllGains[k])
  return mean(differences) > ERRORS * errorOf(differences)
}
