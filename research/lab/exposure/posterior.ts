/** @module Draws from the Laplace approximation of a personal fit's posterior. */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { factorise } from '@nearside/train/ranker/newton.ts'

/** Draws parameters, [P]: fitted values, plus normal noise with covariance H⁻¹ on the parameters that may move. */
export function drawParameters(
  problem: FitProblem,
  fitted: Float32Array,
  random: Random,
): Float32Array {
  const { cases, candidates, parameters, design, offset, weight } = problem
  const free = [...fitted.keys()].filter((j) => problem.stepSize[j] > 0)
  const n = free.length
  const hessian = new Float64Array(n * n)
  free.forEach((j, a) => {
    hessian[a * n + a] = problem.precision[j]
  })
  for (let t = 0; t < cases; t++) {
    if (weight[t] === 0) continue
    const row = (k: number) => (t * candidates + k) * parameters
    const share = Float64Array.from({ length: candidates }, (_, k) =>
      fitted.reduce((sum, p, j) => sum + p * design[row(k) + j], offset[t * candidates + k]),
    )
    const most = Math.max(...share)
    const total = share.reduce((sum, s) => sum + Math.exp(s - most), 0)
    const mean = new Float64Array(n)
    for (let k = 0; k < candidates; k++) {
      share[k] = Math.exp(share[k] - most) / total
      for (let a = 0; a < n; a++) mean[a] += share[k] * design[row(k) + free[a]]
    }
    for (let k = 0; k < candidates; k++)
      for (let a = 0; a < n; a++) {
        const apart = weight[t] * share[k] * (design[row(k) + free[a]] - mean[a])
        for (let b = 0; b <= a; b++)
          hessian[a * n + b] += apart * (design[row(k) + free[b]] - mean[b])
      }
  }
  const lower = factorise(hessian, n)
  // L⁻ᵀ z has covariance (L Lᵀ)⁻¹.
  const z = Float64Array.from({ length: n }, () => random.normal())
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) z[i] -= lower[k * n + i] * z[k]
    z[i] /= lower[i * n + i]
  }
  const drawn = Float32Array.from(fitted)
  free.forEach((j, a) => {
    drawn[j] += z[a]
  })
  return drawn
}
