/**
 * @module Items that joined a model after it was made. Nobody was counted for them, which must not
 * read as "nobody wants it": what the model learned of items that stay on the shelf would bury them.
 * Until somebody is, each stands for its kin, the items that the model knows and that are most like it.
 */
import type { ItemStatistics } from './itemStatistics.ts'

export interface Newcomers {
  /** Their rows are the last ones, from this one on. */
  readonly from: number
  readonly kinEach: number
  /** Rows below `from`, [newcomers, kinEach]. */
  readonly kin: Uint32Array
  /** What each counts for; those of a newcomer add up to 1, or are all 0 where it is like nothing. */
  readonly weights: Float32Array
}

/**
 * A newcomer counts as a tenth as popular as its kin: what those get in three days of thirty. Chosen
 * on the demo shop's training shoppers by likelihood; at a quarter, newcomers took places from items
 * that were wanted more.
 */
const FIRST_DAYS = 0.1

const KNOWN = new WeakMap<ItemStatistics, ItemStatistics>()

/** The statistics as the features read them; those of known items are what they were, bit for bit. */
export function introduced(statistics: ItemStatistics): ItemStatistics {
  const { newcomers } = statistics
  if (!newcomers) return statistics
  const known = KNOWN.get(statistics)
  if (known) return known
  const { from, kinEach } = newcomers
  const lend = (counted: Float32Array, share: number, read = same, write = same) => {
    const lent = counted.slice()
    for (let row = from; row < statistics.items; row++) {
      // Whoever was counted speaks for the item itself.
      if (statistics.popularityAll[row] > 0) continue
      const first = (row - from) * kinEach
      let mean = 0
      for (let k = first; k < first + kinEach; k++)
        mean += newcomers.weights[k] * read(counted[newcomers.kin[k]])
      lent[row] = write(share * mean)
    }
    return lent
  }
  const made = {
    ...statistics,
    popularity7: lend(statistics.popularity7, FIRST_DAYS, Math.expm1, Math.log1p),
    popularity30: lend(statistics.popularity30, FIRST_DAYS, Math.expm1, Math.log1p),
    popularityAll: lend(statistics.popularityAll, FIRST_DAYS, Math.expm1, Math.log1p),
    repeatRate: lend(statistics.repeatRate, 1),
  }
  KNOWN.set(statistics, made).set(made, made)
  return made
}

const same = (value: number): number => value

/** Nobody had a newcomer together with anything yet: it goes with what its kin go with. */
export function lendTies(ties: Float32Array, { from, kinEach, kin, weights }: Newcomers): void {
  for (let row = from, k = 0; row < ties.length; row++) {
    for (let end = k + kinEach; k < end; k++) ties[row] += weights[k] * ties[kin[k]]
  }
}

/** The items whose ties an item has, and what each counts for: itself, or a newcomer's kin. */
export function standIns(
  item: number,
  newcomers: Newcomers | undefined,
): readonly (readonly [item: number, part: number])[] {
  if (!newcomers || item < newcomers.from) return [[item, 1]]
  const { from, kinEach, kin, weights } = newcomers
  const first = (item - from) * kinEach
  return Array.from({ length: kinEach }, (_, k) => [kin[first + k], weights[first + k]] as const)
}
