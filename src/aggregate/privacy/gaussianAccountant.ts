/**
 * @module Exact privacy loss of Gaussian noise over several participations. The accounting claims no amplification by
 * sampling, because each device decides when to take part.
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
 * μ by substitution: the secret is which of two updates a device sent. Replacing an update moves the sum by at most 2C
 * (C: clip norm), which costs as much as a move by C under half the noise. `lossSquared` is Σ z_t⁻² over the device's
 * updates.
 */
export const substitutionMu = (lossSquared: number): number => 2 * Math.sqrt(lossSquared)
/**
 * μ by zero-out: a device's update is replaced by zeros, which moves the sum by at most C (clip norm). Many
 * publications state ε by zero-out.
 */
export const zeroOutMu = (lossSquared: number): number => Math.sqrt(lossSquared)

/**
 * Norm of one aggregator's noise, divided by the largest norm of an update: z·√d (root mean square; z: noise
 * multiplier, d: dimension). Along a single direction, where an attacker can look, the ratio is only z.
 */
export const noiseOverUpdate = (noiseMultiplier: number, dimension: number): number =>
  noiseMultiplier * Math.sqrt(dimension)

/**
 * ε of one report, and of the maximum number of reports in a year, by substitution (`substitutionMu`) and by zero-out
 * (`zeroOutMu`), with one aggregator's noise only.
 */
export function costOf(terms: {
  readonly noiseMultiplier: number
  readonly delta: number
  readonly maxParticipations: number
  readonly periodDays: number
}) {
  const { noiseMultiplier, delta, maxParticipations, periodDays } = terms
  const reports = maxParticipations * Math.ceil(365 / periodDays)
  const loss = 1 / noiseMultiplier ** 2
  const cost = (muOf: (lossSquared: number) => number) => ({
    report: epsilonOf(muOf(loss), delta),
    year: epsilonOf(muOf(reports * loss), delta),
  })
  return { ...cost(substitutionMu), reports, zeroOut: cost(zeroOutMu) }
}

/** Smallest ε ≥ 0 with δ(ε) ≤ δ; infinite for a μ that is not finite, as of noise so small that 1/z² overflows. */
export function epsilonOf(mu: number, delta: number): number {
  if (!(delta > 0 && delta < 1)) throw invalidInput(`δ must lie between 0 and 1, not ${delta}`)
  if (!Number.isFinite(mu)) return Number.POSITIVE_INFINITY
  if (deltaOf(0, mu) <= delta) return 0
  // δ of an overflowing ε is NaN, which ends the search.
  return least((epsilon) => !(deltaOf(epsilon, mu) > delta))
}

/** Largest μ (within 1e-4) that costs at most ε at δ. */
export const muAt = (epsilon: number, delta: number): number =>
  least((mu) => !(deltaOf(epsilon, mu) <= delta), 1e-4)

/** Least noise multiplier (within 1e-4, rounded up) with which so many reports cost at most ε by substitution at δ. */
export function noiseFor(epsilon: number, reports: number, delta: number): number {
  if (!(epsilon > 0)) throw invalidInput(`ε must be above 0, not ${epsilon}`)
  const isEnough = (z: number) => epsilonOf(substitutionMu(reports / z ** 2), delta) <= epsilon
  return Math.ceil(least(isEnough, 5e-5) * 1e4) / 1e4
}

/** Least x > 0 for which `holds`, by bisection, rounded up. `holds` must be true for all larger x, too. */
function least(holds: (x: number) => boolean, precision = 0): number {
  let low = 0
  let high = 1
  while (!holds(high)) {
    low = high
    high *= 2
  }
  while (high - low > precision + 1e-15 * high) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return high
}
