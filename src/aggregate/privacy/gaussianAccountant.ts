/**
 * @module The exact privacy loss of Gaussian noise over several participations. No amplification
 * by sampling is claimed: browsers select themselves.
 *
 * k participations with noise multipliers z_t compose to μ = √Σ z_t⁻² and
 * δ(ε) = Φ(μ/2 − ε/μ) − e^ε·Φ(−μ/2 − ε/μ).
 * @see Balle, Wang (2018), Theorem 8; Dong, Roth, Su, "Gaussian Differential Privacy" (2019)
 */
import { NearsideError } from '../../core/error.ts'
import { logNormalCdf } from '../../core/normal.ts'

/** δ(ε) of a μ-Gaussian mechanism. */
export function deltaOf(epsilon: number, mu: number): number {
  if (mu === 0) return 0
  const left = Math.exp(logNormalCdf(mu / 2 - epsilon / mu))
  const right = Math.exp(epsilon + logNormalCdf(-mu / 2 - epsilon / mu))
  return Math.max(0, left - right)
}

/**
 * Length of one aggregator's noise over that of the longest update: z·√d, the root of its mean
 * square. In any one direction, which is what an attacker looks along, it is z alone.
 */
export const noiseOverUpdate = (noiseMultiplier: number, dimension: number): number =>
  noiseMultiplier * Math.sqrt(dimension)

/** ε of one report and of as many as a year allows, under the noise of one aggregator. */
export function costOf(terms: {
  readonly noiseMultiplier: number
  readonly delta: number
  readonly maxParticipations: number
  readonly periodDays: number
}): { readonly report: number; readonly year: number; readonly reports: number } {
  const { noiseMultiplier, delta, maxParticipations, periodDays } = terms
  const reports = maxParticipations * Math.ceil(365 / periodDays)
  const report = epsilonOf(1 / noiseMultiplier, delta)
  return { report, year: epsilonOf(Math.sqrt(reports) / noiseMultiplier, delta), reports }
}

/** The smallest ε ≥ 0 with δ(ε) ≤ δ: bisection, since δ(ε) falls strictly. */
export function epsilonOf(mu: number, delta: number): number {
  if (!(delta > 0 && delta < 1)) throw new NearsideError('input-invalid', 'δ must lie in (0, 1)')
  if (deltaOf(0, mu) <= delta) return 0
  let low = 0
  let high = 1
  while (deltaOf(high, mu) > delta) high *= 2
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2
    if (deltaOf(middle, mu) > delta) low = middle
    else high = middle
  }
  return high
}

/** The least z with which so many reports cost no more than ε at δ; to a ten-thousandth, upwards. */
export function noiseFor(epsilon: number, reports: number, delta: number): number {
  if (!(epsilon > 0)) throw new NearsideError('input-invalid', 'ε must be above 0')
  const isEnough = (z: number) => epsilonOf(Math.sqrt(reports) / z, delta) <= epsilon
  let [low, high] = [0, 1]
  while (!isEnough(high)) [low, high] = [high, 2 * high]
  while (high - low > 5e-5) {
    const middle = (low + high) / 2
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return Math.ceil(high * 1e4) / 1e4
}
