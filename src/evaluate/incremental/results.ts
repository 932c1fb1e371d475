/** @module Summarises the arms over periods: means over periods, bootstrap intervals over shoppers, and costs. */
import type { Random } from '@nearside/core/model/random.ts'
import { type Lift, liftOf, quantile } from '../bootstrap.ts'
import type { Estimate } from '../report/numbers.ts'

export const UPDATE_ARMS = [
  { name: 'frozen', describe: 'the first model as it was published' },
  { name: 'counted', describe: 'the same, all that is counted as of each period’s begin' },
  { name: 'updated', describe: 'each period `pretrain --from` the version before' },
  { name: 'full', describe: 'each period `pretrain` on everything' },
] as const

/** Name of the reference arm. */
export const REFERENCE = 'full'

export const PERIOD_METRICS = ['ndcg@10', 'hitRate@10'] as const

/** Result of one shopper in one period. */
export interface Observation {
  /** Index of the shopper, the same in all periods. */
  readonly shopper: number
  readonly period: number
  /** Means over the shopper's cases, row-major [arms, metrics]. */
  readonly values: Float32Array
}

export interface ArmResult {
  readonly name: string
  readonly describe: string
  /** Estimates by metric. */
  readonly metrics: Readonly<Record<string, Estimate>>
  /** Difference from the reference arm, by metric; null for the reference itself. */
  readonly overReference: Readonly<Record<string, Estimate>> | null
  /** Relative difference by metric; null where the reference is at 0. */
  readonly lift: Readonly<Record<string, Lift | null>>
  readonly byPeriod: readonly Readonly<Record<string, number>>[]
  /** Processor seconds of each update after the first training. */
  readonly seconds: readonly number[]
}

const RESAMPLES = 300

/**
 * @param all observations by period
 * @param seconds processor seconds of each arm, by update
 */
export function summarisePeriods(
  all: readonly Observation[],
  seconds: readonly (readonly number[])[],
  random: Random,
): ArmResult[] {
  const shoppers = [...new Set(all.map(({ shopper }) => shopper))]
  const draws = Array.from({ length: RESAMPLES }, () => {
    const times = new Map<number, number>()
    for (let k = 0; k < shoppers.length; k++) {
      const shopper = shoppers[random.integer(shoppers.length)]
      times.set(shopper, (times.get(shopper) ?? 0) + 1)
    }
    return overPeriods(periodMeans(all, (shopper) => times.get(shopper) ?? 0))
  })
  const byPeriod = periodMeans(all, () => 1)
  const means = overPeriods(byPeriod)
  const estimate = (of: (values: Float64Array) => number): Estimate => {
    const sorted = Float64Array.from(draws, of).sort()
    return { mean: of(means), lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
  }
  const named = <V>(of: (metric: number) => V) =>
    Object.fromEntries(PERIOD_METRICS.map((name, m) => [name, of(m)]))
  const reference = UPDATE_ARMS.findIndex(({ name }) => name === REFERENCE)
  return UPDATE_ARMS.map((arm, a) => {
    const own = (values: Float64Array, m: number) => values[a * PERIOD_METRICS.length + m]
    const over = (values: Float64Array, m: number) => values[reference * PERIOD_METRICS.length + m]
    return {
      ...arm,
      metrics: named((m) => estimate((values) => own(values, m))),
      overReference:
        a === reference
          ? null
          : named((m) => estimate((values) => own(values, m) - over(values, m))),
      lift: named((m) => {
        const relative = (values: Float64Array) => own(values, m) / over(values, m) - 1
        return liftOf(relative(means), Float64Array.from(draws, relative))
      }),
      byPeriod: byPeriod.map((values) => named((m) => own(values, m))),
      seconds: seconds[a],
    }
  })
}

/** Each period's means over its shoppers. @param times number of times that a shopper was drawn */
function periodMeans(
  all: readonly Observation[],
  times: (shopper: number) => number,
): Float64Array[] {
  const periods = new Map<number, { readonly sum: Float64Array; weight: number }>()
  for (const { shopper, period, values } of all) {
    const count = times(shopper)
    if (count === 0) continue
    const known = periods.get(period) ?? { sum: new Float64Array(values.length), weight: 0 }
    periods.set(period, known)
    known.weight += count
    for (let c = 0; c < values.length; c++) known.sum[c] += count * values[c]
  }
  return [...periods.values()].map(({ sum, weight }) => sum.map((value) => value / weight))
}

function overPeriods(periods: readonly Float64Array[]): Float64Array {
  return periods[0].map((_, c) => periods.reduce((sum, own) => sum + own[c], 0) / periods.length)
}
