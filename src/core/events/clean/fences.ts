/**
 * @module Tukey's fences: values more than 1.5 interquartile ranges beyond the quartiles are outliers. They
 * apply to logarithms, because dwell times and rates have a legitimate heavy tail.
 * @see Tukey 1977, Exploratory Data Analysis
 */

export interface Fences {
  readonly low: number
  readonly high: number
}

const REACH = 1.5

/** Minimum number of values for meaningful quartiles. */
const LEAST_VALUES = 8

/** Fences in the units of `values`, which must be above 0; infinite if there are too few values. */
export function logFences(values: readonly number[]): Fences {
  if (values.length < LEAST_VALUES) return { low: 0, high: Number.POSITIVE_INFINITY }
  const sorted = Float64Array.from(values, Math.log).sort()
  const lower = quartile(sorted, 0.25)
  const upper = quartile(sorted, 0.75)
  const range = upper - lower
  return { low: Math.exp(lower - REACH * range), high: Math.exp(upper + REACH * range) }
}

/** Quantile by linear interpolation between order statistics. */
function quartile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}
