/**
 * @module A trial: one training shopper at one moment, with the cases that the shopper's device would have learned
 * from, and the next case. The statistics exclude the shopper and everything later, as for a shopper who arrives after
 * the model was published.
 */
import { EVENT_WEIGHTS, type EventWeights } from '@nearside/core/events/strength.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import {
  createCandidates,
  type FindCandidates,
  rememberCandidates,
} from '@nearside/core/learning/candidates.ts'
import { fitProblemOf } from '@nearside/core/learning/fitProblem.ts'
import { evidenceOf, fuse, logLikelihood } from '@nearside/core/learning/fuse.ts'
import { casesForFit, casesFromHistory, weighed } from '@nearside/core/learning/learningCases.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { type BaseModel, DIMENSION, type PersonalPrior } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { personalScores, type ScoreTerms, scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { fastTools } from '@nearside/engine/candidates.ts'
import { METRICS, measure, ndcg, placesOf } from '../metrics.ts'
import { gathered } from '../ranker/highest.ts'

export interface Trial {
  readonly shopper: string
  readonly problem: FitProblem
  /** Age of each case in days, [T]. */
  readonly ageDays: Float32Array
  /** Whether the cases have several kinds of event. Otherwise event weights only change how much is learned. */
  readonly ofSeveralKinds: boolean
  /** Weights of the cases for each entry of `EVENT_WEIGHTINGS`. */
  readonly weightings: readonly Weighting[]
  /** Parts of each item's score in the next case. */
  readonly terms: Pick<ScoreTerms, 'base' | 'features'>
  /** Indices of the targets in `terms`. */
  readonly targets: readonly number[]
  /** Items in `terms`, and ln Σ exp of the base scores of all other items; null if `terms` has all items. */
  readonly part: { readonly items: readonly number[]; readonly others: number } | null
  readonly baseNdcg: number
  readonly baseNll: number
}

/** Weights of the cases under one choice of event weights. */
interface Weighting {
  /** Weight of each case at age 0, [T]. */
  readonly freshWeight: Float32Array
  /** Share of each candidate in the targets of its case, [T, K], as in `FitProblem`. */
  readonly target: Float32Array
}

/**
 * The default event weights, and variants that raise each ratio of two weights to the power of 0 (equal weights), 2 or
 * 4.
 */
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

/** Number of items with the highest base scores that a trial stores; the others count as one item. */
export const BEST = 256

const NDCG = METRICS.indexOf('ndcg@10')
const NLL = METRICS.indexOf('nll')

function outcome(
  scores: Float32Array,
  { targets, part }: Pick<Trial, 'targets' | 'part'>,
): Outcome {
  if (part) {
    const likelihood = logLikelihood(Float32Array.of(...scores, part.others), targets)
    return { ndcg: ndcg(placesOf(scores, targets), 10), nll: -likelihood }
  }
  const values = measure(scores, targets)
  return { ndcg: values[NDCG], nll: values[NLL] }
}

/** Keeps the targets and the items with the highest base scores. Other items don't reach the first ten. */
function bestOf(
  { base, features }: Trial['terms'],
  targets: readonly number[],
  most: number,
): Pick<Trial, 'terms' | 'targets' | 'part'> {
  const items = [...new Set([...highestRows(base, most), ...targets])].sort((a, b) => a - b)
  const kept = new Set(items)
  const width = features.length / base.length
  const highest = base.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY)
  const sum = base.reduce((s, score, i) => (kept.has(i) ? s : s + Math.exp(score - highest)), 0)
  return {
    terms: {
      base: Float32Array.from(items, (item) => base[item]),
      features: gathered(features, items, width),
    },
    targets: targets.map((target) => items.indexOf(target)),
    part: { items, others: highest + Math.log(sum) },
  }
}

/** A model with the statistics of one date, and its search for candidates. */
interface Known {
  readonly described: BaseModel
  readonly find: FindCandidates
}

/** Maximum number of cached cases, which take 45 KB each. */
const MOST_REMEMBERED = 512

/** Creates a function that gives the model other statistics, and caches the result for the latest statistics. */
export function describing(model: BaseModel): (statistics: ItemStatistics) => Known {
  let last: Known | null = null
  return (statistics) => {
    if (last?.described.statistics === statistics) return last
    const described = { ...model, statistics }
    const find = createCandidates(described, fastTools(described))
    last = { described, find: rememberCandidates(find, MOST_REMEMBERED) }
    return last
  }
}

/** Builds a trial; null if the shopper has no case with a history to learn from. */
export function buildTrial(
  shopper: ShopperHistory,
  nextCase: number,
  dayOnly: boolean,
  knownAt: (time: number) => Known,
  most = BEST,
): Trial | null {
  const cases = casesFromHistory(shopper.interactions, { dayOnly })
  const next = cases[nextCase]
  if (!next || nextCase < 1) return null
  const { described, find } = knownAt(next.time)
  const past = cases.slice(0, nextCase)
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
  const asked =
    base.length > most
      ? bestOf({ base, features }, next.targets, most)
      : { terms: { base, features }, targets: next.targets, part: null }
  const served = outcome(asked.terms.base, asked)
  return {
    shopper: shopper.id,
    problem: withoutPadding(problem, recent.length),
    ageDays: Float32Array.from(recent, (one) => Math.max(0, next.time - one.time) / DAY),
    ofSeveralKinds,
    weightings,
    ...asked,
    baseNdcg: served.ndcg,
    baseNll: served.nll,
  }
}

/** Removes the unused rows of a problem, because hundreds of trials with few cases each are in memory at once. */
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

/** The trial's problem under a prior, with the prior's half-life and event weights. */
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

/** Metrics of the next case for each fusion weight λ. As on a device, λ is lowered if there are few cases. */
export function outcomesOf(
  model: BaseModel,
  trial: Trial,
  prior: PersonalPrior,
  parameters: Float32Array,
  fusionWeights: readonly number[],
): Outcome[] {
  const evidence = evidenceOf(problemUnder(trial, prior))
  const { base, features } = trial.terms
  const fused = fuse(parameters, { ...prior, fusionWeight: 1 }, evidence)
  // Scores are linear in λ, so one matrix product over the catalog serves every λ.
  const itemVectors = trial.part
    ? gathered(model.itemVectors, trial.part.items, DIMENSION)
    : model.itemVectors
  const none = new Float32Array(base.length)
  const moved = personalScores({ itemVectors }, { base: none, features }, fused, 1)
  return fusionWeights.map((fusionWeight) => {
    const served = fusionWeight * fused.fusionWeight
    return outcome(
      base.map((score, item) => score + served * moved[item]),
      trial,
    )
  })
}
