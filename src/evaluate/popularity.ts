/** @module Popularity of each item on a day, as the shop's nightly file has it. */

import type { History } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { refreshPopularity } from '@nearside/core/features/statistics.ts'
import { DAY } from '@nearside/core/time.ts'
import type { EvaluationInput } from './cases.ts'

export interface Popularity {
  /** Number of distinct shoppers who ever viewed, saved (cart, wishlist) or bought the item, [N]. */
  readonly all: Float32Array
  /**
   * Probabilities, [N]: shoppers of the last 30 days, plus a hundredth of all shoppers, plus 0.1, divided by the sum.
   * The hundredth makes items without recent shoppers differ; the 0.1 keeps every item above 0.
   */
  readonly share: Float32Array
}

/** Popularity from item statistics, which store the counts as logarithms. */
export function popularityOf({ popularityAll, popularity30 }: ItemStatistics): Popularity {
  const count = (logarithm: number) => Math.round(Math.expm1(logarithm))
  const all = popularityAll.map(count)
  const share = popularity30.map((month, i) => count(month) + 0.01 * all[i] + 0.1)
  const sum = share.reduce((total, value) => total + value, 0)
  return { all, share: share.map((value) => value / sum) }
}

/** Maximum number of cached days, which limits memory. */
const MOST_DAYS = 200

/** Caches one value per day, because shoppers are replayed one after another and days recur. */
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

/** Returns a function that gives the model's statistics with popularity as of the night before a time. */
export function publishedFiles(
  { model }: EvaluationInput,
  histories: readonly History[],
): (time: number) => ItemStatistics {
  return byDay((midnight) => refreshPopularity(model.statistics, histories, midnight))
}
