/**
 * @module Leaf of a tree: class counts, an observer per attribute and a naive Bayes classifier.
 * Naive Bayes predicts only while it has been right at least as often as the majority class.
 * @see Gama et al., Accurate decision trees for mining high-speed data streams, KDD 2003
 */
import { type Adwin, createAdwin } from '../drift/drift.ts'
import { type Counts, createObserver, likelihood, type Observer, observe, sum } from './observer.ts'

export interface Leaf {
  readonly kind: 'leaf'
  readonly counts: number[]
  /** Classes in order of first appearance; in a tie while learning, the earliest class counts as the prediction. */
  readonly seen: number[]
  /** Observers by attribute; empty until the first example. */
  readonly observers: Observer[]
  majorityRight: number
  bayesRight: number
  /** Weight of the leaf at its last attempt to split. */
  attemptedAt: number
  readonly errors: Adwin
}

/** @param counts counts of both classes from the parent's split. @param seen the parent's order of classes */
export function createLeaf(counts: Counts = [0, 0], seen: readonly number[] = []): Leaf {
  return {
    kind: 'leaf',
    counts: [...counts],
    seen: seen.filter((label) => counts[label] > 0),
    observers: [],
    majorityRight: 0,
    bayesRight: 0,
    attemptedAt: sum(counts),
    errors: createAdwin(),
  }
}

/** Shares of the classes at `x`; all zero for an empty leaf. */
export function leafShares(leaf: Leaf, x: ArrayLike<number>): number[] {
  return leaf.bayesRight >= leaf.majorityRight ? bayesShares(leaf, x) : majorityShares(leaf)
}

export function learnAtLeaf(
  leaf: Leaf,
  x: ArrayLike<number>,
  label: number,
  nominal: ReadonlySet<number>,
): void {
  const { counts, seen } = leaf
  const empty = sum(counts) === 0
  if (empty || highest(majorityShares(leaf), seen) === label) leaf.majorityRight += 1
  if (!empty && highest(bayesShares(leaf, x), seen) === label) leaf.bayesRight += 1
  if (!seen.includes(label)) seen.push(label)
  counts[label] += 1
  if (leaf.observers.length === 0) {
    for (let a = 0; a < x.length; a++) leaf.observers.push(createObserver(nominal.has(a)))
  }
  for (let a = 0; a < x.length; a++) observe(leaf.observers[a], x[a], label)
}

/** Class with the largest share; on a tie, the first in `order`. */
export function highest(
  shares: Counts,
  order: Iterable<number> = shares.map((_, label) => label),
): number {
  let best = -1
  for (const label of order) if (best < 0 || shares[label] > shares[best]) best = label
  return best
}

function majorityShares({ counts }: Leaf): number[] {
  const total = sum(counts)
  return counts.map((count) => (total > 0 ? count / total : 0))
}

function bayesShares({ counts, observers }: Leaf, x: ArrayLike<number>): number[] {
  const total = sum(counts)
  if (total === 0) return counts.map(() => 0)
  const logs = counts.map((count, label) => {
    if (count === 0) return Number.NEGATIVE_INFINITY
    let log = Math.log(count / total)
    // As in the library river, a value that a class never had is ignored like a missing value.
    for (let a = 0; a < observers.length; a++) {
      const one = likelihood(observers[a], x[a], label)
      if (one > 0) log += Math.log(one)
    }
    return log
  })
  const most = Math.max(...logs)
  const shares = logs.map((log) => Math.exp(log - most))
  const all = sum(shares)
  return shares.map((share) => share / all)
}
