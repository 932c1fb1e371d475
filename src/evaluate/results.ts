/** @module Fields that every `evaluate --json` has, and the figures that every protocol computes from its rows. */
import type { Random } from '@nearside/core/model/random.ts'
import { bootstrap, type Interval, lift, observedMean } from './bootstrap.ts'
import { LEAST_SHOPPERS } from './cases.ts'
import type { Keep, RowCase, Rows, Series, ShopperValues } from './rows.ts'

export interface Lift {
  /** mean(arm) / mean(over) − 1. */
  readonly relative: number
  /** Ends of the 95 % percentile interval. */
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

export interface Envelope {
  readonly protocol: string
  readonly shop: string
  /** Start of the tested time, ISO date. */
  readonly until: string
  readonly seed: number
  /** Number of tested shoppers, or of sessions where a log of clicks knows no shoppers. */
  readonly shoppers: number
  readonly cases: number
  /** Arms, each with its metrics as numbers. */
  readonly arms: readonly { readonly name: string }[]
  /** Relative lifts, by paired bootstrap; a lift over an arm that scores 0, or of too few shoppers, is left out. */
  readonly lifts: readonly NamedLift[]
  /** Shoppers who fare worse; null where personal and base are not compared by shopper. */
  readonly shoppersWorse: { readonly significant: number; readonly share: number } | null
}

/** A lift to compute. */
export interface Comparison<Case> {
  readonly arm: string
  readonly over: string
  readonly metric: string
  /** Cases to compare; absent: all that have the metric. */
  readonly keep?: Keep<Case>
  /** Reported name of the metric, if it is another. */
  readonly label?: string
}

/** Reason for a dash instead of an interval, as a note of a report. */
export const DASH = `a dash instead of an interval: fewer than ${LEAST_SHOPPERS} shoppers, or the other arm finds nothing`

/** Whether enough shoppers have both values for an interval. */
function isEnough(values: ShopperValues, over: ShopperValues): boolean {
  const both = values.filter((value, shopper) => !Number.isNaN(value + over[shopper]))
  return both.length >= LEAST_SHOPPERS
}

/** Lift of one arm over another; null over an arm at 0 and with too few shoppers. Every pair uses the same draws. */
export function pairedLift(
  rows: Rows<RowCase>,
  series: Series,
  over: Series,
  random: Random,
): Lift | null {
  const [a, b] = [rows.means(series), rows.means(over)]
  if (!isEnough(a, b)) return null
  const [found] = bootstrap([lift(a, b)], a.length, random)
  return found && asLift(found)
}

/**
 * Lifts of all comparisons, on the same draws of the shoppers. A lift over an arm at 0 is left out, and a lift of
 * too few shoppers.
 */
export function liftsOf<Case extends RowCase>(
  rows: Rows<Case>,
  comparisons: readonly Comparison<Case>[],
  random: Random,
): NamedLift[] {
  const values = comparisons.map(
    ({ arm, over, metric, keep }) =>
      [rows.means({ arm, metric }, keep), rows.means({ arm: over, metric }, keep)] as const,
  )
  const found = bootstrap(
    values.map(([own, other]) => lift(own, other)),
    rows.byShopper.length,
    random,
  )
  return comparisons.flatMap(({ arm, over, metric, label = metric }, k) => {
    const one = isEnough(...values[k]) ? found[k] : null
    return one ? [{ arm, over, metric: label, ...asLift(one) }] : []
  })
}

export function asLift({ value, lo, hi }: Interval): Lift {
  return { relative: value, lo, hi }
}

/** Zeros where nobody has a value. */
export function asEstimate(found: Interval | null): Estimate {
  return { mean: found?.value ?? 0, lo: found?.lo ?? 0, hi: found?.hi ?? 0 }
}

/** Means over the shoppers of each arm in each metric; 0 where no shopper has a value. */
export function meansOf<Name extends string, Metric extends string>(
  rows: Rows<RowCase>,
  arms: readonly Name[],
  metrics: readonly Metric[],
): ({ readonly name: Name } & Readonly<Record<Metric, number>>)[] {
  return arms.map((name) => {
    const means = metrics.map((metric) => [metric, observedMean(rows.means({ arm: name, metric }))])
    return { name, ...(Object.fromEntries(means) as Record<Metric, number>) }
  })
}

export function findLift(
  lifts: readonly NamedLift[],
  arm: string,
  over: string,
  metric: string,
): NamedLift | undefined {
  return lifts.find((one) => one.arm === arm && one.over === over && one.metric === metric)
}
