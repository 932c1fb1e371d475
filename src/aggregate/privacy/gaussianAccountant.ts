/**
 * @module Exact privacy loss of Gaussian noise over several participations. The accounting claims no amplification by
 * sampling, because browsers select themselves.
 *
 * k participations with noise multipliers z_t compose to μ = √Σ z_t⁻² and δ(ε) = Φ(μ/2 − ε/μ) − e^ε·Φ(−μ/2 − ε/μ).
 * @see Balle, Wang (2018), Theorem 8; Dong, Roth, Su, "Gaussian Differential Privacy" (2019)
 */
import { invalidInput } from '@nearside/core/error.ts'
import { logNormalCdf } from '@nearside/core/normal.ts'

/** δ(ε) of a μ-Gaussian mechanism. */
export function deltaOf(epsilon: number, mu: number): number {
  if (mu === 0) return 0
  const left = Math.exp(logNormalCdf(mu / 2 - epsilon / mu))
  const right = Math.exp(epsilon + logNormalCdf(-mu / 2 - epsilon / mu))
  return Math.max(0, left - right)
}

/**
 * μ by substitution: the secret is which of two updates a device sent. `lossSquared` is Σ z_t⁻² over the device's
 * updates.
 *
 * A round has exactly n updates, and both servers see which devices send one. Replacing a device's update moves the sum
 * by at most 2C; that costs as much as a move by C under half the noise.
 */
export const substitutionMu = (lossSquared: number): number => 2 * Math.sqrt(lossSquared)
/**
 * μ by zero-out: a device's update is replaced by zeros, which moves the sum by at most C. Many publications state ε by
 * zero-out.
 */
export const zeroOutMu = (lossSquared: number): number => Math.sqrt(lossSquared)

/**
 * Norm of one aggregator's noise, divided by the largest norm of an update: z·√d (root mean square). An attacker
 * measures along one direction, and there the ratio is only z.
 */
export const noiseOverUpdate = (noiseMultiplier: number, dimension: number): number =>
  noiseMultiplier * Math.sqrt(dimension)

/** ε of one update, and of the maximum number of updates in a year. */
interface Cost {
  readonly report: number
  readonly year: number
}

/** Computes ε by substitution (`substitutionMu`) and by zero-out (`zeroOutMu`), with one aggregator's noise only. */
export function costOf(terms: {
  readonly noiseMultiplier: number
  readonly delta: number
  readonly maxParticipations: number
  readonly periodDays: number
}): Cost & { readonly reports: number; readonly zeroOut: Cost } {
  const { noiseMultiplier, delta, maxParticipations, periodDays } = terms
  const reports = maxParticipations * Math.ceil(365 / periodDays)
  const loss = 1 / noiseMultiplier ** 2
  const cost = (muOf: (lossSquared: number) => number): Cost => ({
    report: epsilonOf(muOf(loss), delta),
    year: epsilonOf(muOf(reports * loss), delta),
  })
  return { ...cost(substitutionMu), reports, zeroOut: cost(zeroOutMu) }
}

/** Smallest ε ≥ 0 with δ(ε) ≤ δ, by bisection: δ(ε) decreases strictly. */
export function epsilonOf(mu: number, delta: number): number {
  if (!(delta > 0 && delta < 1)) throw invalidInput(`δ must lie between 0 and 1, not ${delta}`)
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

/** Largest μ (within 1e-4) that costs at most ε at δ. */
export function muAt(epsilon: number, delta: number): number {
  let [low, high] = [0, 1]
  while (deltaOf(epsilon, high) <= delta) high *= 2
  while (high - low > 1e-4) {
    const middle = (low + high) / 2
    if (deltaOf(epsilon, middle) > delta) high = middle
    else low = middle
  }
  return high
}

/** Least noise multiplier (within 1e-4, rounded up) with which all reports cost at most ε (`substitutionMu`) at δ. */
export function noiseFor(epsilon: number, reports: number, delta: number): number {
  if (!(epsilon > 0)) throw invalidInput(`ε must be above 0, not ${epsilon}`)
  const isEnough = (z: number) => epsilonOf(substitutionMu(reports / z ** 2), delta) <= epsilon
  let [low, high] = [0, 1]
  while (!isEnough(high)) [low, high] = [high, 2 * high]
  while (high - low > 5e-5) {
    const middle = (low + high) / 2
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return Math.ceil(high * 1e4) / 1e4
}
