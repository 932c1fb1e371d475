/**
 * @module Interest that a history shows in other items, from views as well as purchases. It covers items that
 * co-occur with the history, its categories and its prices.
 */

import { type ItemStatistics, lendTies, neighboursOf } from './itemStatistics.ts'
import type { Profile } from './profile.ts'

/** Half-life of an interaction in days. */
export const INTEREST_HALF_LIFE = 30
/** Maximum number of interactions; older ones add work without benefit. */
const MAX_INTERACTIONS = 400

export interface Interest {
  /** Co-occurrence with the recent history (`sum`) and with the last session (`last`), [N]. */
  readonly sum: Float32Array
  readonly last: Float32Array
  /** Rows with any co-occurrence. */
  readonly tied: readonly number[]
  /** Values that `sum` and `last` would have with full co-occurrence, > 0; divisors for shares. */
  readonly total: number
  readonly totalLast: number
  /** Natural logarithm of the usual price. */
  readonly usualPrice: number
  /** Part of `total` in each category of the history. */
  readonly category: ReadonlyMap<number, number>
}

/** Null for an empty history. */
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
    // A floor, so that a very old interaction doesn't turn a division below into 0 / 0.
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
