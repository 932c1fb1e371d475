/** @module The normal distribution to double precision, as splitting on numbers needs it. */

/** P(X ≤ x) for X ~ N(mean, deviation²). */
export function normalCdf(x: number, mean: number, deviation: number): number {
  const z = (x - mean) / (deviation * Math.SQRT2)
  return z < 0 ? erfc(-z) / 2 : 1 - erfc(z) / 2
}

/** 1 − erf(z) for z ≥ 0: a power series near zero, a continued fraction further out. */
function erfc(z: number): number {
  if (z > 27) return 0
  if (z < 2.5) {
    let term = z
    let sum = z
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-z * z) / n
      sum += term / (2 * n + 1)
      if (n > 200) break
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum
  }
  let fraction = z
  for (let n = 60; n > 0; n--) fraction = z + n / 2 / fraction
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction)
}
