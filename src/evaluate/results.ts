/**
 * @module Computes the figures of every protocol from its rows: means over shoppers, lifts of arms over each other, and
 * intervals by a bootstrap over shoppers, with the same draws for all figures.
 */
import { createRandom } from '@nearside/core/model/random.ts'
import { standardError } from '@nearside/train/estimates.ts'
import { bootstrap, type Interval, lift, mean, observedLift, observedMean } from './bootstrap.ts'
import { LEAST_SHOPPERS } from './cases.ts'
import type { RowCase, Rows, Series } from './rows.ts'
import { countWorse } from './shoppersWorse.ts'

export interface Lift {
  /** Lift mean(arm) / mean(over) − 1. */
  readonly relative: number
  /** Ends of the 95 % interval: percentiles over shoppers, widened by the spread between training seeds. */
  readonly lo: number
  readonly hi: number
}

export interface Estimate {
  readonly mean: number
  /** Ends of the 95 % percentile interval. */
  readonly lo: number
  readonly hi: number
}

export interface NamedLift extends Lift {
  readonly arm: string
  readonly over: string
  readonly metric: string
}

/** An arm with its means. A mean with an interval also has its ends, as `ndcg@10:lo` and `ndcg@10:hi`. */
export interface Arm {
  readonly name: string
  readonly [metric: string]: unknown
}

export interface Summary {
  readonly arms: readonly Arm[]
  /** Relative lifts, by paired bootstrap; none over an arm that scores 0, or with too few shoppers. */
  readonly lifts: readonly NamedLift[]
}

/** Fields that every `evaluate --json` has. */
export interface Envelope extends Summary {
  readonly protocol: string
  readonly shop: string
  /** Start of the tested time, ISO date. */
  readonly until: string
  readonly seed: number
  /** Number of tested shoppers, or of sessions if a log of clicks knows no shoppers. */
  readonly shoppers: number
  readonly cases: number
  /** Shoppers for whom the shipped arm ranks significantly worse than the arm it is compared with; null: not tested. */
  readonly shoppersWorse: ReturnType<typeof countWorse> | null
}

/** Reason for a dash instead of an interval, as a note of a report. */
export const DASH = `a dash instead of an interval: fewer than ${LEAST_SHOPPERS} shoppers, or the other arm finds nothing`

interface Asked {
  /** Arms to report; default: all, in the sequence of their first rows. */
  readonly names?: readonly string[]
  /** Metrics to report of each arm; default: all of its metrics. Metrics of fewer than ten shoppers are left out. */
  readonly metrics?: readonly string[]
  /** Pairs of arms to compare, each as [arm, over]. */
  readonly pairs: readonly (readonly [arm: string, over: string])[]
  /** Whether to compare the pairs in this metric, if both arms have it; default: in every metric. */
  isCompared?(metric: string): boolean
  /** Whether means in this metric get an interval; default: none does. */
  isEstimated?(metric: string): boolean
}

/** Means of the arms, and lifts of pairs, from the rows of the main comparison, whose `store` is empty. */
export function summariseArms(rows: Rows<RowCase>, seed: number, asked: Asked): Summary {
  const { metrics, pairs, isCompared = () => true, isEstimated = () => false } = asked
  const known = new Map<string, string[]>()
  for (const { arm, store, metric } of rows.series)
    if (store === '') known.set(arm, [...(known.get(arm) ?? []), metric])
  const metricsOf = (arm: string) => metrics ?? known.get(arm) ?? []
  const arms = (asked.names ?? [...known.keys()]).map((name): Arm => {
    const figures = metricsOf(name).flatMap((metric) => {
      const values = rows.means({ arm: name, metric })
      if (values.filter((value) => !Number.isNaN(value)).length < LEAST_SHOPPERS) return []
      if (!isEstimated(metric)) return [[metric, observedMean(values)]]
      const [found] = bootstrap([mean(values)], values.length, createRandom(seed))
      const { lo, hi, mean: observed } = asEstimate(found)
      return Object.entries({ [metric]: observed, [`${metric}:lo`]: lo, [`${metric}:hi`]: hi })
    })
    return { name, ...Object.fromEntries(figures) }
  })
  const comparisons = pairs.flatMap(([arm, over]) =>
    metricsOf(arm)
      .filter((metric) => isCompared(metric) && metricsOf(over).includes(metric))
      .map((metric) => [arm, over].map((one): Series => ({ arm: one, metric }))),
  )
  const found = pairedLifts(rows, comparisons, seed)
  const lifts = comparisons.flatMap(([{ arm, metric }, over], k) => {
    const lift = found[k]
    return lift ? [{ arm, over: over.arm, metric, ...lift }] : []
  })
  return { arms, lifts }
}

/** Lift of one arm over another; null if the other arm's mean is 0, or with too few shoppers. */
export function liftOver(
  rows: Rows<RowCase>,
  series: Series,
  over: Series,
  seed: number,
): Lift | null {
  return pairedLifts(rows, [[series, over]], seed)[0]
}

function pairedLifts(
  rows: Rows<RowCase>,
  pairs: readonly (readonly Series[])[],
  seed: number,
): (Lift | null)[] {
  const meansIn = (some: Rows<RowCase>) =>
    pairs.map(([series, over]) => [some.means(series), some.means(over)])
  const means = meansIn(rows)
  const found = bootstrap(
    means.map(([own, other]) => lift(own, other)),
    rows.byShopper.length,
    createRandom(seed),
  )
  const bySeed = rows.bySeed.map((one) =>
    meansIn(one).map(([own, other]) => observedLift(own, other)),
  )
  return found.map((one, k) => {
    const [own, other] = means[k]
    const both = own.filter((value, shopper) => !Number.isNaN(value + other[shopper]))
    if (!one || both.length < LEAST_SHOPPERS) return null
    return withSpread(asLift(one), bySeed.map((lifts) => lifts[k]).filter(Number.isFinite))
  })
}

/** 97.5 % quantiles of Student's t, for 1, 2, … degrees of freedom. */
const T = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26]

/** Widens an interval over shoppers by the error of the mean over training seeds, an independent error. */
function withSpread(one: Lift, bySeed: readonly number[]): Lift {
  if (bySeed.length < 2) return one
  const { relative, lo, hi } = one
  const spread = T[bySeed.length - 2] * standardError(bySeed)
  return {
    relative,
    lo: relative - Math.hypot(relative - lo, spread),
    hi: relative + Math.hypot(hi - relative, spread),
  }
}

/** Counts the shoppers for whom an arm is significantly worse than another arm, or better. */
export function worseThan(rows: Rows<RowCase>, series: Series, over: Series, seed: number) {
  // A lower negative log-likelihood is better.
  const [better, worse] = series.metric.startsWith('nll') ? [over, series] : [series, over]
  return countWorse(rows.differences(better, worse), createRandom(seed))
}

export function asLift({ value, lo, hi }: Interval): Lift {
  return { relative: value, lo, hi }
}

/** Converts an interval to an estimate; all zeros if no shopper has a value. */
export function asEstimate(found: Interval | null): Estimate {
  return { mean: found?.value ?? 0, lo: found?.lo ?? 0, hi: found?.hi ?? 0 }
}

export function findLift(
  lifts: readonly NamedLift[],
  arm: string,
  over: string,
  metric: string,
): NamedLift | undefined {
  return lifts.find((one) => one.arm === arm && one.over === over && one.metric === metric)
}
