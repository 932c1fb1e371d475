/** @module Statistics of one attribute in a leaf of a tree: a Gaussian per class, or counts of its nominal values. */
import { normalCdf } from '../../normal.ts'

interface NumericObserver {
  readonly kind: 'numeric'
  readonly classes: (Gaussian | null)[]
}

interface NominalObserver {
  readonly kind: 'nominal'
  /** Weight of each value, one map per class. */
  readonly classes: Map<number, number>[]
}

export type Observer = NumericObserver | NominalObserver

interface Gaussian {
  weight: number
  mean: number
  /** Weighted sum of squared deviations. */
  squares: number
  least: number
  most: number
}

export type Test =
  | { readonly kind: 'threshold'; readonly attribute: number; readonly threshold: number }
  | { readonly kind: 'equals'; readonly attribute: number; readonly value: number }
  /** One branch per value; a new value adds a branch. */
  | { readonly kind: 'values'; readonly attribute: number; readonly values: number[] }

export interface Split {
  readonly test: Test
  /** Information gain in bits. */
  readonly merit: number
  readonly branches: readonly Counts[]
}

/** Number of numeric split points tried between minimum and maximum. */
const SPLIT_POINTS = 10

export function createObserver(nominal: boolean): Observer {
  return nominal
    ? { kind: 'nominal', classes: [new Map(), new Map()] }
    : { kind: 'numeric', classes: [null, null] }
}

export function observe(observer: Observer, value: number, label: number): void {
  if (observer.kind === 'nominal') {
    const counts = observer.classes[label]
    counts.set(value, (counts.get(value) ?? 0) + 1)
    return
  }
  let one = observer.classes[label]
  if (!one) {
    one = { weight: 0, mean: 0, squares: 0, least: value, most: value }
    observer.classes[label] = one
  }
  one.weight += 1
  const before = value - one.mean
  one.mean += before / one.weight
  one.squares += before * (value - one.mean)
  if (value < one.least) one.least = value
  if (value > one.most) one.most = value
}

/** Likelihood of the value in the class: a density of a number, or a share of a nominal value. */
export function likelihood(observer: Observer, value: number, label: number): number {
  if (observer.kind === 'nominal') {
    const counts = observer.classes[label]
    if (counts.size === 0) return 0
    // Laplace smoothing counts each known value once more, so that a rare value doesn't exclude a class.
    let total = counts.size
    for (const count of counts.values()) total += count
    return ((counts.get(value) ?? 0) + 1) / total
  }
  const one = observer.classes[label]
  const variance = one && one.weight > 1 ? one.squares / (one.weight - 1) : 0
  if (!one || variance <= 0) return 0
  return Math.exp(-((value - one.mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)
}

/** Best split on this attribute; null if no split separates the examples. */
export function bestSplit(observer: Observer, attribute: number, before: Counts): Split | null {
  let best: Split | null = null
  const offer = (test: Test, branches: readonly Counts[]) => {
    const merit = gainOf(before, branches)
    if (merit > (best?.merit ?? Number.NEGATIVE_INFINITY)) best = { test, merit, branches }
  }
  if (observer.kind === 'numeric') {
    for (const threshold of thresholds(observer))
      offer({ kind: 'threshold', attribute, threshold }, divide(observer, threshold))
    return best
  }
  const known = observer.classes.flatMap((counts) => [...counts.keys()])
  const values = [...new Set(known)].sort((a, b) => a - b)
  const countsAt = (value: number) => observer.classes.map((counts) => counts.get(value) ?? 0)
  offer({ kind: 'values', attribute, values }, values.map(countsAt))
  const total = observer.classes.map((counts) => [...counts.values()].reduce((a, b) => a + b, 0))
  for (const value of values) {
    const equal = countsAt(value)
    const rest = total.map((count, label) => count - equal[label])
    offer({ kind: 'equals', attribute, value }, [equal, rest])
  }
  return best
}

function thresholds({ classes }: NumericObserver): number[] {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const one of classes) {
    if (!one) continue
    least = Math.min(least, one.least)
    most = Math.max(most, one.most)
  }
  const step = (most - least) / (SPLIT_POINTS + 1)
  return Array.from({ length: SPLIT_POINTS }, (_, k) => least + step * (k + 1)).filter(
    (threshold) => least < threshold && threshold < most,
  )
}

/** Class counts up to the threshold, and class counts above it, estimated by each class's Gaussian. */
function divide({ classes }: NumericObserver, threshold: number): [Counts, Counts] {
  const below = classes.map((one) => {
    if (!one || threshold < one.least) return 0
    if (threshold >= one.most) return one.weight
    const variance = one.weight > 1 ? one.squares / (one.weight - 1) : 0
    return variance > 0 ? one.weight * normalCdf(threshold, one.mean, Math.sqrt(variance)) : 0
  })
  return [below, classes.map((one, label) => (one?.weight ?? 0) - below[label])]
}

/** Weight by class. */
export type Counts = readonly number[]

/** Minimum share of a split's weight at which a branch counts. */
const LEAST_BRANCH = 0.01

/** Information gain in bits; −∞ if fewer than two branches count. */
function gainOf(before: Counts, branches: readonly Counts[]): number {
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
 * Hoeffding's ε: with probability 1 − δ, the mean of n values differs from the true mean by at most ε.
 * @param range largest minus smallest possible value
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
