/**
 * @module A trial: one training shopper at one moment, with everything that a device would have
 * learned from by then and the case that came next. Statistics know neither the shopper nor the
 * time after, as for a shopper who arrives after the model was shipped.
 */

import type { ShopperHistory } from '../../core/features/cases.ts'
import type { ItemStatistics } from '../../core/features/itemStatistics.ts'
import { EVENT_WEIGHTS, type EventWeights } from '../../core/features/strength.ts'
import type { BaseModel, PersonalPrior } from '../../core/model/baseModel.ts'
import { personalScores, type ScoreTerms, scoreTerms } from '../../core/model/score.ts'
import { createCandidates } from '../../core/personal/candidates.ts'
import { FIT_CASES, fitProblemOf } from '../../core/personal/fitProblem.ts'
import { evidenceOf, fuse } from '../../core/personal/fuse.ts'
import { casesForFit, casesFromHistory, weighed } from '../../core/personal/learningCases.ts'
import type { FitProblem } from '../../core/personal/problem.ts'
import { rememberCandidates } from '../../core/personal/rememberCandidates.ts'
import { DAY } from '../../core/time.ts'
import { METRICS, measure } from '../metrics.ts'

export interface Trial {
  readonly shopper: string
  readonly problem: FitProblem
  /** Of each case in days, [T]. */
  readonly ageDays: Float32Array
  /** Whether weights of events change more than how much is learned. */
  readonly ofSeveralKinds: boolean
  /** One for each of `EVENT_WEIGHTINGS`. */
  readonly weightings: readonly Weighting[]
  /** Of the next case. */
  readonly terms: Pick<ScoreTerms, 'base' | 'features'>
  readonly targets: readonly number[]
  readonly baseNdcg: number
  readonly baseNll: number
}

/** What the cases weigh under some weights of events. */
interface Weighting {
  /** Of each case when it is fresh, [T]. */
  readonly freshWeight: Float32Array
  /** [T, K], as in the problem. */
  readonly target: Float32Array
}

/** The rule, and its ratios to the power of 0 (all events alike), 2 and 4. */
export const EVENT_WEIGHTINGS: readonly EventWeights[] = [
  EVENT_WEIGHTS,
  ...[0, 2, 4].map((power): EventWeights => {
    const { purchase, cart, view } = EVENT_WEIGHTS
    const raised = (weight: number) => purchase * (weight / purchase) ** power
    return { purchase, cart: raised(cart), view: raised(view) }
  }),
]

export interface Outcome {
  readonly ndcg: number
  readonly nll: number
}

const NDCG = METRICS.indexOf('ndcg@10')
const NLL = METRICS.indexOf('nll')

function outcome(scores: Float32Array, targets: readonly number[]): Outcome {
  const values = new Float32Array(METRICS.length)
  measure(scores, targets, undefined, values, 0)
  return { ndcg: values[NDCG], nll: values[NLL] }
}

/** Null where the shopper has no case with a learnable past. */
export function buildTrial(
  model: BaseModel,
  shopper: ShopperHistory,
  nextCase: number,
  dayOnly: boolean,
  statisticsAt: (time: number) => ItemStatistics,
): Trial | null {
  const cases = casesFromHistory(shopper.interactions, { dayOnly })
  const next = cases[nextCase]
  if (!next || nextCase < 1) return null
  const described = { ...model, statistics: statisticsAt(next.time) }
  const past = cases.slice(0, nextCase)
  const find = rememberCandidates(createCandidates(described), FIT_CASES)
  const problemOf = (weights: EventWeights) =>
    fitProblemOf(
      described,
      past.map((one) => weighed(one, weights)),
      next.time,
      { find },
    )
  const problem = problemOf(EVENT_WEIGHTS)
  if (!problem) return null
  const { base, features } = scoreTerms(described, next.history, next.time)
  const recent = casesForFit(past, problem.cases)
  const ofSeveralKinds = new Set(recent.flatMap(({ kinds }) => kinds)).size > 1
  const weightings = EVENT_WEIGHTINGS.map((weights): Weighting => {
    const { weight, target } = (ofSeveralKinds && problemOf(weights)) || problem
    return {
      freshWeight: Float32Array.from(recent, (one, t) =>
        weight[t] > 0 ? weighed(one, weights).weight : 0,
      ),
      target: target.slice(0, recent.length * problem.candidates),
    }
  })
  const { ndcg, nll } = outcome(base, next.targets)
  return {
    shopper: shopper.id,
    problem: withoutPadding(problem, recent.length),
    ageDays: Float32Array.from(recent, (one) => Math.max(0, next.time - one.time) / DAY),
    ofSeveralKinds,
    weightings,
    terms: { base, features },
    targets: next.targets,
    baseNdcg: ndcg,
    baseNll: nll,
  }
}

/** Hundreds of trials are held at once, and most shoppers have a handful of cases, not T. */
function withoutPadding(problem: FitProblem, cases: number): FitProblem {
  const rows = cases * problem.candidates
  return {
    ...problem,
    cases,
    design: problem.design.slice(0, rows * problem.parameters),
    offset: problem.offset.slice(0, rows),
    target: problem.target.slice(0, rows),
    weight: problem.weight.slice(0, cases),
  }
}

/** The trial's problem under another prior, half-life and weights of events. */
export function problemUnder(trial: Trial, prior: PersonalPrior): FitProblem {
  const { eventWeights = EVENT_WEIGHTS } = prior
  const { freshWeight, target } = trial.weightings[EVENT_WEIGHTINGS.indexOf(eventWeights)]
  return {
    ...trial.problem,
    target,
    mean: prior.mean,
    precision: prior.variance.map((v) => (v > 0 ? 1 / v : 0)),
    stepSize: prior.stepSize.map((step, j) => (prior.variance[j] > 0 ? step : 0)),
    steps: prior.steps,
    weight: freshWeight.map((weight, t) => weight * 2 ** (-trial.ageDays[t] / prior.halfLifeDays)),
  }
}

/** What the next case gets when the fit is fused by λ; λ itself is scaled down as on a device. */
export function outcomesOf(
  model: BaseModel,
  trial: Trial,
  prior: PersonalPrior,
  parameters: Float32Array,
  fusionWeights: readonly number[],
): Outcome[] {
  const evidence = evidenceOf(problemUnder(trial, prior))
  const { base, features } = trial.terms
  const fused = fuse({ parameters }, { ...prior, fusionWeight: 1 }, evidence)
  // Scores are linear in λ: the catalog is multiplied once.
  const moved = personalScores(model, { base: new Float32Array(base.length), features }, fused, 1)
  return fusionWeights.map((fusionWeight) => {
    const served = fusionWeight * fused.fusionWeight
    return outcome(
      base.map((score, item) => score + served * moved[item]),
      trial.targets,
    )
  })
}
