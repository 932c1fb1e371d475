/**
 * @module The exact privacy loss of Gaussian noise over several participations. No amplification
 * by sampling is claimed: browsers select themselves.
 *
 * k participations with noise multipliers z_t compose to μ = √Σ z_t⁻² and
 * δ(ε) = Φ(μ/2 − ε/μ) − e^ε·Φ(−μ/2 − ε/μ).
 * @see Balle, Wang (2018), Theorem 8; Dong, Roth, Su, "Gaussian Differential Privacy" (2019)
 */
import { NearsideError } from '../../core/error.ts'

/** erfc(x)·exp(x²) for x ≥ 0, to about 1e-13: a series near zero, Lentz's continued fraction beyond. */
function scaledErfc(x: number): number {
  if (x < 2) {
    // erf(x) = 2/√π · e^(−x²) · Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!, all terms positive.
    let term = x
    let sum = x
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1)
      sum += term
    }
    return Math.exp(x * x) - (2 / Math.sqrt(Math.PI)) * sum
  }
  // erfc(x)·e^(x²)·√π = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))).
  let fraction = x
  let c = x
  let d = 0
  for (let n = 1; n < 500; n++) {
    d = 1 / (x + (n / 2) * d)
    c = x + n / 2 / c
    const step = c * d
    fraction *= step
    if (Math.abs(step - 1) < 1e-16) break
  }
  return 1 / (fraction * Math.sqrt(Math.PI))
}

/** ln Φ(x); in logarithms because the tails of interest lie below the smallest double. */
function logNormalCdf(x: number): number {
  const y = Math.abs(x) / Math.SQRT2
  const logTail = Math.log(scaledErfc(y) / 2) - y * y
  return x <= 0 ? logTail : Math.log1p(-Math.exp(logTail))
}

/** μ of the composition. @param noiseMultipliers z of each participation, > 0 */
export function compose(noiseMultipliers: readonly number[]): number {
  if (!noiseMultipliers.every((z) => z > 0 && Number.isFinite(z)))
    throw new NearsideError('input-invalid', 'A noise multiplier must be a positive number')
  return Math.sqrt(noiseMultipliers.reduce((sum, z) => sum + 1 / (z * z), 0))
}

/** δ(ε) of a μ-Gaussian mechanism. */
export function deltaOf(epsilon: number, mu: number): number {
  if (mu === 0) return 0
  const left = Math.exp(logNormalCdf(mu / 2 - epsilon / mu))
  const right = Math.exp(epsilon + logNormalCdf(-mu / 2 - epsilon / mu))
  return Math.max(0, left - right)
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

/** ε after participations with these noise multipliers, at δ. */
export function spentEpsilon(noiseMultipliers: readonly number[], delta: number): number {
  return noiseMultipliers.length === 0 ? 0 : epsilonOf(compose(noiseMultipliers), delta)
}

/** The z with which `participations` reports cost at most ε at δ. */
export function noiseMultiplierFor(epsilon: number, delta: number, participations: number): number {
  if (!(epsilon > 0)) throw new NearsideError('input-invalid', 'ε must be positive')
  let low = 1e-3
  let high = 1
  const spent = (z: number) => epsilonOf(Math.sqrt(participations) / z, delta)
  while (spent(high) > epsilon) high *= 2
  for (let i = 0; i < 100 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (spent(middle) > epsilon) low = middle
    else high = middle
  }
  return high
}
