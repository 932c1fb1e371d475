/** @module Computes means over cases and over shoppers, and their standard errors. */
import { groupBy } from '@nearside/core/groupBy.ts'

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
  const groups = groupBy(answers.entries(), ([, { shopper }]) => shopper)
  return [...groups.values()].map((own) => mean(own.map(([k, answer]) => value(answer, k))))
}
