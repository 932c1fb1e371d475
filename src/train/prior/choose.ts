/**
 * @module Chooses how devices learn: a recipe (strength, half-life) and λ, the weight of the personal model in the
 * score. Among the choices that cost at most 0.3 % of NDCG@10, the one with the highest likelihood of training
 * shoppers' next cases wins. “Learn nothing” is always one of the choices.
 */
import { EVENT_WEIGHTS, type EventWeights } from '@nearside/core/events/strength.ts'
import { type BaseModel, DIMENSION, type PersonalPrior } from '@nearside/core/model/baseModel.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { mean, shopperMeans, standardError } from '../estimates.ts'
import { type Spread, withVariance } from './spread.ts'
import { type Outcome, outcomesOf, problemUnder, type Trial } from './trial.ts'

const FUSION_WEIGHTS = [0.05, 0.1, 0.25, 0.5, 0.75, 1] as const

/**
 * Recipe of the personal fit. `taste` multiplies the prior variances of the user vector u, `features` those of the
 * personal feature weights w_p. A factor of 0 freezes these parameters.
 */
export interface Recipe {
  readonly taste: number
  readonly features: number
  readonly halfLifeDays: number
  /** Event weights, from `EVENT_WEIGHTINGS`. */
  readonly eventWeights: EventWeights
  /** Factor of the learned prior mean: 0 or 1. */
  readonly mean: number
}

export interface Judgement {
  readonly recipe: Recipe
  readonly fusionWeight: number
  /** Mean change of NDCG@10 over shoppers, relative to the base's NDCG@10, and its standard error. */
  readonly ndcgLift: number
  readonly ndcgError: number
  /** Mean improvement of the next case's log-likelihood, in nats, and its standard error. */
  readonly nllGain: number
  readonly nllError: number
  /** Improvement of the log-likelihood for each shopper, nats. */
  readonly nllGains: readonly number[]
}

/** Tested shoppers, and the spread of other shoppers' parameters. */
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

/** Tests one recipe. @returns a judgement for each λ */
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

/** Standard error of the mean; infinite for a single shopper. */
function errorOf(values: readonly number[]): number {
  return values.length < 2 ? Number.POSITIVE_INFINITY : standardError(values)
}

interface Choice {
  /** Best recipe; null: learn nothing. */
  readonly best: Judgement | null
  readonly reason: string
}

/** Largest share of NDCG@10 that a recipe may lose, judged by the lower end of the interval of its change. */
const HARM_LIMIT = 0.003
/** Half the width of an interval, in standard errors. */
const ERRORS = 2

/**
 * Chooses the recipe with the largest certain gain in likelihood among those that are proven to cost at most 0.3 % of
 * NDCG@10. Likelihood decides, because it shows differences after fewer cases than ranks do. A recipe with the user
 * vector u (64 numbers) must also be proven more likely than the best recipe without u, even if that one costs more
 * than 0.3 %. Otherwise u might only make up for a λ that wasn't tried.
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
    reason: 'raises the likelihood of the next case without lowering NDCG@10',
  }
}

/** Lower end of the interval of a recipe's gain in log-likelihood, nats. */
export const certainGain = (one: Judgement) => one.nllGain - ERRORS * one.nllError

/** Whether one recipe is proven more likely than another, on the same shoppers. */
function isMoreLikely(one: Judgement, other: Judgement): boolean {
  const differences = one.nllGains.map((gain, k) => gain - other.nllGains[k])
  return mean(differences) > ERRORS * errorOf(differences)
}
