/** @module Computes means over cases and over shoppers, and their standard errors. */

/** Mean; 0 for an empty list. */
export function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0
}

/** Standard error of the mean; 0 for fewer than two values. */
export function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0
  const middle = mean(values)
  const square = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(square / (values.length - 1) / values.length)
}

/** Mean of each shopper's values, so that shoppers with many cases don't dominate the result. */
export function shopperMeans<T extends { readonly shopper: string }>(
  answers: readonly T[],
  value: (answer: T, index: number) => number,
): number[] {
  const sums = new Map<string, { sum: number; count: number }>()
  answers.forEach((answer, k) => {
    const known = sums.get(answer.shopper) ?? { sum: 0, count: 0 }
    sums.set(answer.shopper, { sum: known.sum + value(answer, k), count: known.count + 1 })
  })
  return [...sums.values()].map(({ sum, count }) => sum / count)
}
