/**
 * @module What every interaction of a history, a view as well as a purchase, says about other items: those
 * that go with the history, its categories and its prices.
 */

import { lendTies, neighboursOf } from './coldStart.ts'
import type { ItemStatistics } from './itemStatistics.ts'
import type { Profile } from './profile.ts'

/** Days after which an interaction counts half. */
export const INTEREST_HALF_LIFE = 30
/** Older interactions add work, not signal. */
const MAX_INTERACTIONS = 400

export interface Interest {
  /** Ties to the recent history, and in the last session, [N]. */
  readonly sum: Float32Array
  readonly last: Float32Array
  /** Rows that have any. */
  readonly tied: readonly number[]
  /** What those would be with ties of 1, > 0. */
  readonly total: number
  readonly totalLast: number
  /** Logarithm of the usual price. */
  readonly usualPrice: number
  /** Part of `total` in each category of the history. */
  readonly category: ReadonlyMap<number, number>
}

/** Null where there is no history. */
export function interestOf(
  statistics: ItemStatistics,
  { interactions, lastSession }: Pick<Profile, 'interactions' | 'lastSession'>,
): Interest | null {
  if (interactions.length === 0) return null
  const { items, neighboursPerItem, neighbourItems, neighbourWeights, coldStart } = statistics
  const sum = new Float32Array(items)
  const last = new Float32Array(items)
  const tied: number[] = []
  const category = new Map<number, number>()
  let total = 0
  let totalLast = 0
  let price = 0
  for (const interaction of interactions.slice(0, MAX_INTERACTIONS)) {
    const weight = interaction.strength * 2 ** (-interaction.age / INTEREST_HALF_LIFE)
    // An interaction of years ago must not turn a division below into 0 / 0.
    const share = Math.max(weight, 1e-6)
    const inLast = interaction.session === lastSession
    total += share
    price += share * statistics.logPrice[interaction.item]
    if (inLast) totalLast += interaction.strength
    const group = statistics.category[interaction.item]
    if (group > 0) category.set(group, (category.get(group) ?? 0) + share)
    for (const [item, part] of neighboursOf(interaction.item, coldStart)) {
      const end = (item + 1) * neighboursPerItem
      for (let k = item * neighboursPerItem; k < end; k++) {
        const tie = part * neighbourWeights[k]
        if (tie === 0) break
        const neighbour = neighbourItems[k]
        const first = sum[neighbour] === 0
        sum[neighbour] += share * tie
        if (first && sum[neighbour] > 0) tied.push(neighbour)
        if (inLast) last[neighbour] += interaction.strength * tie
      }
    }
  }
  if (coldStart) {
    const before = new Set(tied)
    for (const ties of [sum, last]) lendTies(ties, coldStart)
    for (let row = coldStart.from; row < items; row++)
      if (sum[row] > 0 && !before.has(row)) tied.push(row)
  }
  return { sum, last, tied, total, totalLast, usualPrice: price / total, category }
}
