/** @module Medians and percentiles, and intervals of medians that assume nothing about the distribution. */

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
 * Interval of the median: the narrowest pair of order statistics that contains the median with at least 95 %
 * probability, by the binomial distribution. With fewer than 6 numbers no pair reaches 95 %, so the interval is from
 * the smallest to the largest number. This interval contains the median with 75 % probability for 3 numbers, and with
 * 94 % for 5.
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
