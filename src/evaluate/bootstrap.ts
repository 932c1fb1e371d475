/**
 * @module Bootstrap that draws whole shoppers, because the cases of one shopper depend on each other. All statistics
 * use the same draws.
 */
import type { Random } from '@nearside/core/model/random.ts'
import { quantile } from '@nearside/core/normal.ts'
import type { ShopperValues } from './rows.ts'

/** Computes a figure from how often the bootstrap drew each shopper; NaN if the figure is undefined. */
export type Statistic = (drawn: ArrayLike<number>) => number

export interface Interval {
  readonly value: number
  /** Ends of the 95 % percentile interval. */
  readonly lo: number
  readonly hi: number
}

/** Value and interval of each statistic; null if the statistic is undefined for the observed shoppers. */
export function bootstrap(
  statistics: readonly Statistic[],
  shoppers: number,
  random: Random,
  resamples = 2000,
): (Interval | null)[] {
  const drawn = new Float64Array(shoppers).fill(1)
  const observed = statistics.map((statistic) => statistic(drawn))
  const draws = statistics.map(() => new Float64Array(resamples))
  for (let r = 0; r < resamples; r++) {
    drawn.fill(0)
    for (let s = 0; s < shoppers; s++) drawn[random.integer(shoppers)]++
    statistics.forEach((statistic, k) => {
      draws[k][r] = statistic(drawn)
    })
  }
  return observed.map((value, k) => {
    if (!Number.isFinite(value)) return null
    const sorted = draws[k].filter(Number.isFinite).sort()
    return { value, lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
  })
}

/** Mean over the shoppers who have a value. */
export function mean(values: ShopperValues): Statistic {
  return (drawn) => {
    let sum = 0
    let total = 0
    for (let s = 0; s < values.length; s++) {
      if (Number.isNaN(values[s])) continue
      sum += drawn[s] * values[s]
      total += drawn[s]
    }
    return sum / total
  }
}

/** Lift mean(values) / mean(over) − 1, over the shoppers who have both values. Undefined if mean(over) is 0. */
export function lift(values: ShopperValues, over: ShopperValues): Statistic {
  return (drawn) => {
    let a = 0
    let b = 0
    for (let s = 0; s < values.length; s++) {
      if (Number.isNaN(values[s]) || Number.isNaN(over[s])) continue
      a += drawn[s] * values[s]
      b += drawn[s] * over[s]
    }
    return b > 0 ? a / b - 1 : Number.NaN
  }
}

/** Lift for the observed shoppers, each counted once; NaN if it is undefined. */
export function observedLift(values: ShopperValues, over: ShopperValues): number {
  return lift(values, over)(new Float64Array(values.length).fill(1))
}

/** Mean over the observed shoppers, each counted once; 0 if no shopper has a value. */
export function observedMean(values: ShopperValues): number {
  return mean(values)(new Float64Array(values.length).fill(1)) || 0
}
