/**
 * @module Estimates how much personal parameters vary between shoppers: empirical Bayes for a Gaussian prior with one
 * variance v per parameter, and Laplace's approximation of each shopper's posterior. A shopper's cases determine a
 * parameter p to the degree γ = I·v / (I·v + 1), where I is the cases' information about p. The fixed point
 * v = Σ p² / Σ γ converges in a few rounds, while plain expectation–maximisation barely moves.
 * @see MacKay 1992, "Bayesian interpolation", doi 10.1162/neco.1992.4.3.415
 */
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { PersonalPrior } from '@nearside/core/model/baseModel.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { problemUnder, type Trial } from './trial.ts'

/** Adam's step as a share of a parameter's standard deviation: thirty steps reach nine standard deviations. */
const STEP_SHARE = 0.3
/** Weight of the initial variance, as a number of shoppers whose data determine the parameter fully. */
const START_COUNT = 5
/** Largest factor by which a variance moves from its initial value, down or up. */
const MOST_MOVED = 30
const PADDED = -1e8

/** Mean and variance over shoppers, [P] each. */
export interface Spread {
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/** The prior with other variances, [P], and step sizes to match. */
export function withVariance(prior: PersonalPrior, variance: Float32Array): PersonalPrior {
  return { ...prior, variance, stepSize: variance.map((v) => STEP_SHARE * Math.sqrt(v)) }
}

/** Estimates mean and variance of the parameters over shoppers. Each trial (one shopper) is fitted `rounds` times. */
export async function learnSpread(
  trials: readonly Trial[],
  start: PersonalPrior,
  engine: Engine,
  rounds: number,
  onProgress: (done: number, total: number) => void,
): Promise<Spread> {
  const P = start.variance.length
  let variance: Float32Array = start.variance
  let mean = new Float32Array(P)
  for (let round = 0; round < rounds; round++) {
    const prior = withVariance(start, variance)
    const square = new Float64Array(P)
    const sum = new Float64Array(P)
    const determined = new Float64Array(P)
    for (const [index, trial] of trials.entries()) {
      const problem = problemUnder(trial, prior)
      const { parameters } = await engine.fit(problem)
      const fisher = informationOf(problem, parameters)
      for (let j = 0; j < P; j++) {
        if (!(variance[j] > 0)) continue
        square[j] += (parameters[j] - prior.mean[j]) ** 2
        determined[j] += (fisher[j] * variance[j]) / (fisher[j] * variance[j] + 1)
        sum[j] += parameters[j]
      }
      onProgress(round * trials.length + index + 1, rounds * trials.length)
    }
    // A parameter that no data determine is frozen.
    variance = Float32Array.from(start.variance, (from, j) => {
      if (determined[j] < 1e-6 * trials.length) return 0
      const moved = (square[j] + START_COUNT * from) / (determined[j] + START_COUNT)
      return Math.min(from * MOST_MOVED, Math.max(from / MOST_MOVED, moved))
    })
    mean = Float32Array.from(sum, (value, j) => (variance[j] > 0 ? value / trials.length : 0))
  }
  return { mean, variance }
}

/** Information of a problem's data about each parameter: the diagonal of Σ_t weight_t · Cov_softmax(X_t) at p. */
export function informationOf(problem: FitProblem, parameters: Float32Array): Float64Array {
  const { candidates: K, parameters: P, design, offset } = problem
  const information = new Float64Array(P)
  const first = new Float64Array(P)
  const second = new Float64Array(P)
  const share = new Float64Array(K)
  for (let t = 0; t < problem.cases; t++) {
    const weight = problem.weight[t]
    if (!(weight > 0)) continue
    let highest = Number.NEGATIVE_INFINITY
    for (let k = 0, row = t * K; k < K; k++, row++) {
      let score = offset[row]
      if (score > PADDED)
        for (let j = 0, x = row * P; j < P; j++, x++) score += design[x] * parameters[j]
      share[k] = score
      if (score > highest) highest = score
    }
    let sum = 0
    for (let k = 0; k < K; k++) {
      share[k] = Math.exp(share[k] - highest)
      sum += share[k]
    }
    first.fill(0)
    second.fill(0)
    for (let k = 0, row = t * K; k < K; k++, row++) {
      const probability = share[k] / sum
      if (probability < 1e-9) continue
      for (let j = 0, x = row * P; j < P; j++, x++) {
        first[j] += probability * design[x]
        second[j] += probability * design[x] ** 2
      }
    }
    for (let j = 0; j < P; j++) information[j] += weight * Math.max(0, second[j] - first[j] ** 2)
  }
  return information
}
