/**
 * @module A Gaussian process over the unit cube, Matérn 5/2, with length and noise chosen by
 * marginal likelihood, and the expected improvement that tells a search where to look next.
 * @see Rasmussen and Williams, Gaussian Processes for Machine Learning, alg. 2.1
 * @see Jones, Schonlau and Welch, doi 10.1023/A:1008306431147
 */

import { normalCdf } from '../../src/core/normal.ts'
import { factorise, solve, solveLower } from '../../src/train/cholesky.ts'

export interface GaussianProcess {
  readonly length: number
  /** Variance of the noise, as a share of the values' variance. */
  readonly noise: number
  /** Mean and standard deviation of the noiseless value. */
  predict(at: readonly number[]): { readonly mean: number; readonly deviation: number }
}

const LENGTHS = [0.1, 0.2, 0.35, 0.6, 1, 2]
const NOISES = [1e-6, 1e-3, 0.03, 0.2]

/** @param points at least one, in the unit cube; values may be of any scale. */
export function fitGaussianProcess(
  points: readonly (readonly number[])[],
  values: readonly number[],
): GaussianProcess {
  const n = points.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
  const scale = Math.sqrt(variance) || 1
  const standard = values.map((value) => (value - mean) / scale)
  let best = { likelihood: Number.NEGATIVE_INFINITY, length: 1, noise: 1e-3 }
  for (const length of LENGTHS) {
    for (const noise of NOISES) {
      const { likelihood } = likely(points, standard, length, noise)
      if (likelihood > best.likelihood) best = { likelihood, length, noise }
    }
  }
  const { length, noise } = best
  const { lower, weights } = likely(points, standard, length, noise)
  return {
    length,
    noise,
    predict(at) {
      const similar = Float64Array.from(points, (point) => matern(point, at, length))
      let expected = 0
      for (let k = 0; k < n; k++) expected += similar[k] * weights[k]
      const reduced = solveLower(lower, similar)
      const left = 1 - reduced.reduce((sum, value) => sum + value * value, 0)
      return {
        mean: mean + scale * expected,
        deviation: scale * Math.sqrt(Math.max(0, left)),
      }
    },
  }
}

/** How much a look at a point is expected to beat `best` by, for a value to be large. */
export function expectedImprovement(
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
  best: number,
): number {
  if (deviation <= 0) return Math.max(0, mean - best)
  const z = (mean - best) / deviation
  return (mean - best) * normalCdf(z) + deviation * density(z)
}

/** Of N(0, 1). */
function density(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)
}

function matern(a: readonly number[], b: readonly number[], length: number): number {
  let square = 0
  for (let d = 0; d < a.length; d++) square += (a[d] - b[d]) ** 2
  const r = Math.sqrt(5 * square) / length
  return (1 + r + (r * r) / 3) * Math.exp(-r)
}

/** Factor of K + noise·I, (K + noise·I)⁻¹ y, and the log marginal likelihood. */
function likely(
  points: readonly (readonly number[])[],
  values: readonly number[],
  length: number,
  noise: number,
) {
  const n = points.length
  const covariance = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return matern(points[i], points[j], length) + (i === j ? noise + 1e-10 : 0)
  })
  const lower = factorise(covariance, n)
  const weights = solve(lower, Float64Array.from(values))
  let likelihood = -0.5 * n * Math.log(2 * Math.PI)
  for (let i = 0; i < n; i++)
    likelihood -= Math.log(lower[i * n + i]) + 0.5 * values[i] * weights[i]
  return { lower, weights, likelihood }
}
