/** @module How many shoppers wanted each item, as the shop's nightly file of a day says. */
import type { ItemStatistics } from '../core/features/itemStatistics.ts'
import { DAY } from '../core/time.ts'

export interface Popularity {
  /** Distinct shoppers who touched the item, ever and in the last 30 days, [N]. */
  readonly all: Float32Array
  readonly month: Float32Array
}

/** Statistics hold the logarithms of counts; the baselines want the counts. */
export function popularityOf({ popularityAll, popularity30 }: ItemStatistics): Popularity {
  const count = (logarithm: number) => Math.round(Math.expm1(logarithm))
  return { all: popularityAll.map(count), month: popularity30.map(count) }
}

/** Days kept at once; a bound on memory, not a setting. */
const MOST_DAYS = 200

/** Computes one value a day and keeps it: shoppers are walked one after another, days come again. */
export function byDay<T>(compute: (midnight: number) => T): (time: number) => T {
  const known = new Map<number, T>()
  return (time) => {
    const midnight = Math.floor(time / DAY) * DAY
    let value = known.get(midnight)
    if (value === undefined) {
      value = compute(midnight)
      if (known.size >= MOST_DAYS) known.clear()
      known.set(midnight, value)
    }
    return value
  }
}
