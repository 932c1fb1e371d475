/** @module Medians of block ratios with intervals that assume nothing about the times. */

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
}

/**
 * Between two order statistics lies the median with a probability that the binomial distribution
 * gives. The narrowest pair with at least 95 %; below 6 numbers there is none, and the extremes stand
 * in (75 % for 3, 94 % for 5).
 */
export function medianInterval(numbers: readonly number[]): { lo: number; hi: number } {
  const sorted = [...numbers].sort((a, b) => a - b)
  const n = sorted.length
  let outside = 0
  let term = 0.5 ** n
  let cut = 0
  for (let k = 0; k < n / 2; k++) {
    outside += 2 * term
    if (outside > 0.05) break
    cut = k
    term *= (n - k) / (k + 1)
  }
  return { lo: sorted[cut], hi: sorted[n - 1 - cut] }
}
