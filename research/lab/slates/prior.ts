/**
 * @module Learns the prior of the offsets by what predicts the next choice: the mean likelihood, over shoppers, of each
 * choice after a fit to the choices before it.
 */
import { logLikelihood } from '@nearside/core/learning/likelihood.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { learnSpread, withVariance } from '@nearside/train/prior/spread.ts'
import type { Trial } from '@nearside/train/prior/trial.ts'
import { SLATE_FEATURES } from './features.ts'
import {
  fitOffsets,
  type OwnPrior,
  ownProblem,
  type Prepared,
  partOf,
  STEPS,
  sharedScores,
  trustOf,
} from './own.ts'

const VARIANCES = [0.003, 0.01, 0.03, 0.1, 0.3, 1] as const
/** Factors that each round of coordinate steps tries for a variance; 0 freezes the weight. */
const ROUNDS = [
  [0, 0.1, 10],
  [0, 0.3, 3],
] as const
/** Least gain of a step that is taken, nats. */
const LEAST_GAIN = 1e-5
/** Variance before the spread is known, rounds of the spread, factors of its variances, and λ: as in `pretrain`. */
const START_VARIANCE = 0.01
const SPREAD_ROUNDS = 4
const SCALES = [0.1, 0.3, 1, 3, 10] as const
const FUSION_WEIGHTS = [0.05, 0.1, 0.25, 0.5, 0.75, 1] as const

/**
 * Mean over shoppers of the mean negative log-likelihood of their choices but the first, nats, for each λ.
 * @param choosers shoppers with at least two choices
 */
export async function nextNats(
  engine: Engine,
  choosers: readonly Prepared[],
  variance: Float32Array,
  fusions: readonly number[],
): Promise<number[]> {
  const totals = fusions.map(() => 0)
  for (const prepared of choosers) {
    const { choices } = prepared.chooser
    for (let next = 1; next < choices.length; next++) {
      const own = partOf(prepared, next, await fitOffsets(engine, prepared, next, variance))
      const shared = sharedScores(prepared, next)
      fusions.forEach((fusion, k) => {
        const scores = shared.map((score, item) => score + fusion * trustOf(next) * own[item])
        totals[k] -= logLikelihood(scores, [choices[next].chosen]) / (choices.length - 1)
      })
    }
  }
  return totals.map((total) => total / choosers.length)
}

interface Found extends OwnPrior {
  readonly nats: number
}

/** Most likely of some variances, with the most likely of some λ. */
async function likeliest(
  engine: Engine,
  choosers: readonly Prepared[],
  variances: readonly Float32Array[],
  fusions: readonly number[] = [1],
): Promise<Found> {
  let best: Found = { variance: variances[0], fusion: fusions[0], nats: Number.POSITIVE_INFINITY }
  for (const variance of variances) {
    const found = await nextNats(engine, choosers, variance, fusions)
    found.forEach((nats, k) => {
      if (nats < best.nats) best = { variance, fusion: fusions[k], nats }
    })
  }
  return best
}

/** The same variance for all columns, others frozen. */
function oneVariance(columns: readonly number[], value: number): Float32Array {
  const variance = new Float32Array(SLATE_FEATURES)
  for (const column of columns) variance[column] = value
  return variance
}

/** Most likely single variance at λ = 1. */
export function learnOneVariance(
  engine: Engine,
  choosers: readonly Prepared[],
  columns: readonly number[],
): Promise<Found> {
  const variances = VARIANCES.map((value) => oneVariance(columns, value))
  return likeliest(engine, choosers, variances)
}

/** Variances by the spread between shoppers, then one factor and one λ for all, as `pretrain` does today. */
export async function learnBySpread(
  engine: Engine,
  choosers: readonly Prepared[],
  columns: readonly number[],
): Promise<OwnPrior> {
  const variance = oneVariance(columns, START_VARIANCE)
  const start = withVariance(
    {
      mean: new Float32Array(SLATE_FEATURES),
      variance,
      stepSize: variance,
      steps: STEPS,
      fusionWeight: 1,
      halfLifeDays: 1,
    },
    variance,
  )
  const trials = choosers.map((prepared) => trialOf(prepared, variance))
  const spread = await learnSpread(trials, start, engine, SPREAD_ROUNDS, () => {})
  const variances = SCALES.map((scale) => spread.variance.map((v) => scale * v))
  return likeliest(engine, choosers, variances, FUSION_WEIGHTS)
}

/** All choices of a shopper, as `learnSpread` reads them. */
function trialOf(prepared: Prepared, variance: Float32Array): Trial {
  const { id, choices } = prepared.chooser
  const problem = ownProblem(prepared, choices.length, variance)
  return {
    shopper: id,
    problem,
    ageDays: new Float32Array(problem.cases),
    ofSeveralKinds: false,
    weightings: [{ freshWeight: problem.weight, target: problem.target }],
    terms: { base: new Float32Array(0), features: new Float32Array(0) },
    targets: [],
    part: null,
    baseNdcg: 0,
    baseNll: 0,
  }
}

/** One variance a weight at λ = 1, by coordinate steps from `start`. */
export async function learnVariances(
  engine: Engine,
  choosers: readonly Prepared[],
  columns: readonly number[],
  start: Found,
  onStep: (done: number, total: number) => Promise<void>,
): Promise<OwnPrior> {
  let best = start
  let done = 0
  for (const factors of ROUNDS) {
    for (const column of columns) {
      await onStep(done++, ROUNDS.length * columns.length)
      if (!(best.variance[column] > 0)) continue
      const variances = factors.map((factor) => {
        const variance = best.variance.slice()
        variance[column] *= factor
        return variance
      })
      const found = await likeliest(engine, choosers, variances)
      if (found.nats < best.nats - LEAST_GAIN) best = found
    }
  }
  return best
}
