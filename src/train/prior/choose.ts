/**
 * @module Chooses how strongly, how long and with which λ to learn by what helped other training
 * shoppers' next case. Doing nothing is always among the choices, and noise chooses it.
 */

import { EVENT_WEIGHTS, type EventWeights } from '../../core/features/strength.ts'
import { type BaseModel, DIMENSION, type PersonalPrior } from '../../core/model/baseModel.ts'
import type { Engine } from '../../engine/engine.ts'
import { mean, shopperMeans, standardError } from '../estimates.ts'
import { withVariance } from './spread.ts'
import { type Outcome, outcomesOf, problemUnder, type Trial } from './trial.ts'

export const FUSION_WEIGHTS = [0.1, 0.25, 0.5, 0.75, 1] as const

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
}

export function priorOf(
  spread: { readonly mean: Float32Array; readonly variance: Float32Array },
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
  trials: readonly Trial[],
  spread: { readonly mean: Float32Array; readonly variance: Float32Array },
  start: PersonalPrior,
  recipe: Recipe,
  engine: Engine,
): Promise<Judgement[]> {
  const prior = priorOf(spread, start, recipe, 1)
  const outcomes: Outcome[][] = []
  for (const trial of trials) {
    const { parameters } = await engine.fit(problemUnder(trial, prior))
    outcomes.push(outcomesOf(model, trial, prior, parameters, FUSION_WEIGHTS))
  }
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
    }
  })
}

/** Of one shopper nothing is certain. */
function errorOf(values: readonly number[]): number {
  return values.length < 2 ? Number.POSITIVE_INFINITY : standardError(values)
}

export interface Choice {
  /** Null: learn nothing. */
  readonly best: Judgement | null
  readonly reason: string
}

/** Worst loss of NDCG@10 that the interval's lower end may reach, relative. */
const HARM_LIMIT = 0.002

/**
 * 1. The largest lower end (one standard error) of the NDCG lift, if it is above 0.
 * 2. Else the largest certain gain in likelihood among what does no harm to NDCG (two standard
 *    errors above −0.2 %).
 * 3. Else nothing: null.
 */
export function choose(judgements: readonly Judgement[]): Choice {
  const lower = (one: Judgement) => one.ndcgLift - one.ndcgError
  const byRank = [...judgements].sort((a, b) => lower(b) - lower(a))
  if (byRank.length > 0 && lower(byRank[0]) > 0)
    return { best: byRank[0], reason: 'raises NDCG@10 of the next case by more than its error' }
  const certain = (one: Judgement) => one.nllGain - 2 * one.nllError
  const harmless = judgements
    .filter((one) => one.ndcgLift - 2 * one.ndcgError >= -HARM_LIMIT && certain(one) > 0)
    .sort((a, b) => certain(b) - certain(a))
  if (harmless.length > 0)
    return {
      best: harmless[0],
      reason: 'predicts the next case with more likelihood and leaves NDCG@10 as it is',
    }
  return { best: null, reason: 'nothing learned on one shopper helped the next case: λ = 0' }
}

/** @param again the chosen recipe on shoppers that had no part in choosing it. */
export function confirm(choice: Choice, again: Judgement | undefined): Choice {
  if (!choice.best || !again) return choice
  if (again.ndcgLift + again.ndcgError >= 0 && again.nllGain + again.nllError >= 0) return choice
  return {
    best: null,
    reason: 'what helped the shoppers it was chosen on hurt others: λ = 0',
  }
}
