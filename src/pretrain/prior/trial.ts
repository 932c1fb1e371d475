/**
 * @module A trial: one training shopper at one moment, with everything that a device would have
 * learned from by then and the case that came next. Statistics know neither the shopper nor the
 * time after, as for a shopper who arrives after the model was shipped.
 */
import { METRICS, measure } from '../../evaluation/metrics.ts'
import type { ItemStatistics } from '../../features/itemStatistics.ts'
import { DAY } from '../../features/profile.ts'
import { casesFromHistory } from '../../learning/cases.ts'
import { fitProblemOf } from '../../learning/fitProblem.ts'
import { evidenceOf, fuse } from '../../learning/fuse.ts'
import type { FitProblem } from '../../learning/problem.ts'
import type { BaseModel, PersonalPrior } from '../../model/baseModel.ts'
import { personalScores, type ScoreTerms, scoreTerms } from '../../model/score.ts'
import type { ShopperLog } from '../shop/shop.ts'

export interface Trial {
  readonly shopper: string
  readonly problem: FitProblem
  /** Age of each case in days and its weight when fresh, [T]. */
  readonly ageDays: Float32Array
  readonly freshWeight: Float32Array
  /** Of the next case. */
  readonly terms: Pick<ScoreTerms, 'base' | 'features'>
  readonly targets: readonly number[]
  readonly baseNdcg: number
  readonly baseNll: number
}

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
  shopper: ShopperLog,
  nextCase: number,
  dayOnly: boolean,
  statisticsAt: (time: number) => ItemStatistics,
): Trial | null {
  const cases = casesFromHistory(shopper.interactions, { dayOnly })
  const next = cases[nextCase]
  if (!next || nextCase < 1) return null
  const described = { ...model, statistics: statisticsAt(next.time) }
  const past = cases.slice(0, nextCase)
  const problem = fitProblemOf(described, past, next.time)
  if (!problem) return null
  const { base, features } = scoreTerms(described, next.history, next.time)
  const recent = past.slice(-problem.cases)
  const ageDays = new Float32Array(recent.length)
  const freshWeight = new Float32Array(recent.length)
  recent.forEach((one, t) => {
    ageDays[t] = Math.max(0, next.time - one.time) / DAY
    freshWeight[t] = problem.weight[t] > 0 ? one.weight : 0
  })
  const { ndcg, nll } = outcome(base, next.targets)
  return {
    shopper: shopper.id,
    problem: withoutPadding(problem, recent.length),
    ageDays,
    freshWeight,
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

/** The trial's problem under another prior and half-life. */
export function problemUnder(trial: Trial, prior: PersonalPrior): FitProblem {
  return {
    ...trial.problem,
    mean: prior.mean,
    precision: prior.variance.map((v) => (v > 0 ? 1 / v : 0)),
    stepSize: prior.stepSize.map((step, j) => (prior.variance[j] > 0 ? step : 0)),
    steps: prior.steps,
    weight: trial.freshWeight.map(
      (weight, t) => weight * 2 ** (-trial.ageDays[t] / prior.halfLifeDays),
    ),
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
  // Scores are linear in λ: the catalogue is multiplied once.
  const moved = personalScores(model, { base: new Float32Array(base.length), features }, fused, 1)
  return fusionWeights.map((fusionWeight) => {
    const served = fusionWeight * fused.fusionWeight
    return outcome(
      base.map((score, item) => score + served * moved[item]),
      trial.targets,
    )
  })
}
