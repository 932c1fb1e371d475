/**
 * @module How many shoppers wanted each item, as a shop's nightly job would have counted by a given
 * day: distinct training shoppers, everything before that day's midnight (UTC) and nothing after.
 */

import type { History } from '../core/features/history.ts'
import { eventStrength } from '../core/features/strength.ts'
import { DAY } from '../core/time.ts'

export interface Popularity {
  /** Distinct shoppers who touched the item, ever and in the last 30 days, [N]. */
  readonly all: Float32Array
  readonly month: Float32Array
}

/** @param before milliseconds since the epoch; only what is strictly earlier counts. */
export function countShoppers(
  items: number,
  histories: readonly History[],
  before: number,
): Popularity {
  const all = new Float32Array(items)
  const month = new Float32Array(items)
  const since = before - 30 * DAY
  const seen = new Int32Array(items).fill(-1)
  const seenLately = new Int32Array(items).fill(-1)
  histories.forEach((history, shopper) => {
    for (const { item, name, time } of history) {
      if (time >= before || eventStrength(name) === 0) continue
      if (seen[item] !== shopper) {
        seen[item] = shopper
        all[item]++
      }
      if (time >= since && seenLately[item] !== shopper) {
        seenLately[item] = shopper
        month[item]++
      }
    }
  })
  return { all, month }
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
