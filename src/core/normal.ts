/** @module Computes the normal distribution, accurate to about 1e-13, and quantiles of a sample. */

/** erfc(x)·exp(x²) for x ≥ 0, accurate to about 1e-13: a series near zero, Lentz's continued fraction for larger x. */
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

/** ln Φ(x), which is finite even where Φ(x) is below the smallest double. */
export function logNormalCdf(x: number): number {
  const y = Math.abs(x) / Math.SQRT2
  const logTail = Math.log(scaledErfc(y) / 2) - y * y
  return x <= 0 ? logTail : Math.log1p(-Math.exp(logTail))
}

/** P(X ≤ x) for X ~ N(mean, deviation²). */
export function normalCdf(x: number, mean = 0, deviation = 1): number {
  const z = (x - mean) / (deviation * Math.SQRT2)
  const tail = (scaledErfc(Math.abs(z)) * Math.exp(-z * z)) / 2
  return z < 0 ? tail : 1 - tail
}

/**
 * Upper bound, under μ-Gaussian differential privacy, on the probability of guessing correctly whether a device took
 * part. The bound holds for somebody who knows everything else and sees every release. A coin toss is right with
 * probability ½.
 */
export const guessRate = (mu: number): number => normalCdf(mu / 2)

/** Quantile of ascending values, interpolated linearly between order statistics. */
export function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}
