/** @module Information gain of a split, and the confidence bound of a sample of n. */

/** Weight by class. */
export type Counts = readonly number[]

/** Minimum share of the weight for a branch to count. */
const LEAST_BRANCH = 0.01

/** Information gain in bits; −∞ if fewer than two branches count. */
export function gainOf(before: Counts, branches: readonly Counts[]): number {
  const sizes = branches.map(sum)
  const total = sum(sizes)
  const filled = sizes.filter((size) => size / total > LEAST_BRANCH).length
  if (filled < 2) return Number.NEGATIVE_INFINITY
  let after = 0
  branches.forEach((counts, b) => {
    after += sizes[b] * entropy(counts)
  })
  return entropy(before) - after / total
}

/**
 * ε: with probability 1 − δ the mean of n values is at most ε from the true mean. `range` is the range of the
 * values.
 */
export function hoeffdingBound(range: number, delta: number, n: number): number {
  return Math.sqrt((range * range * Math.log(1 / delta)) / (2 * n))
}

export function sum(values: Counts): number {
  let total = 0
  for (const value of values) total += value
  return total
}

function entropy(counts: Counts): number {
  const total = sum(counts)
  let bits = 0
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total)
  return bits
}
