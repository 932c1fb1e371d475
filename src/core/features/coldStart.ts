/**
 * @module Cold-start items: items that joined the catalog after the model was made, and have no counts. With
 * counts of 0, the weights learned from known items would rank them last. So each uses the statistics of its
 * neighbours, the most similar known items, until shoppers are counted for it.
 */
import type { ItemStatistics } from './itemStatistics.ts'

export interface ColdStartItems {
  /** First row of the cold-start items, which are the last rows. */
  readonly from: number
  readonly neighboursEach: number
  /** Neighbour rows, all below `from`, [cold-start items, neighboursEach]. */
  readonly neighbours: Uint32Array
  /** Weight of each neighbour. The weights of an item add up to 1, or are all 0 if it has no neighbours. */
  readonly weights: Float32Array
}

/**
 * Share of its neighbours' popularity that a cold-start item gets: their counts of three days in thirty.
 * Chosen by likelihood on the demo shop's training shoppers; at a quarter, cold-start items displaced items
 * that were wanted more.
 */
const FIRST_DAYS = 0.1

const KNOWN = new WeakMap<ItemStatistics, ItemStatistics>()

/** Statistics for the features. The values of known items are unchanged, bit by bit. */
export function withColdStart(statistics: ItemStatistics): ItemStatistics {
  const { coldStart } = statistics
  if (!coldStart) return statistics
  const known = KNOWN.get(statistics)
  if (known) return known
  const { from, neighboursEach } = coldStart
  const lend = (counted: Float32Array, share: number, read = same, write = same) => {
    const lent = counted.slice()
    for (let row = from; row < statistics.items; row++) {
      // An item with counts of its own uses them.
      if (statistics.popularityAll[row] > 0) continue
      const first = (row - from) * neighboursEach
      let mean = 0
      for (let k = first; k < first + neighboursEach; k++)
        mean += coldStart.weights[k] * read(counted[coldStart.neighbours[k]])
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

/** A cold-start item has no co-occurrence counts, so it gets the weighted ties of its neighbours. */
export function lendTies(
  ties: Float32Array,
  { from, neighboursEach, neighbours, weights }: ColdStartItems,
): void {
  for (let row = from, k = 0; row < ties.length; row++) {
    for (let end = k + neighboursEach; k < end; k++) ties[row] += weights[k] * ties[neighbours[k]]
  }
}

/**
 * Items that provide an item's co-occurrence, with weights: the item itself, or a cold-start item's
 * neighbours.
 */
export function neighboursOf(
  item: number,
  coldStart: ColdStartItems | undefined,
): readonly (readonly [item: number, part: number])[] {
  if (!coldStart || item < coldStart.from) return [[item, 1]]
  const { from, neighboursEach, neighbours, weights } = coldStart
  const first = (item - from) * neighboursEach
  return Array.from(
    { length: neighboursEach },
    (_, k) => [neighbours[first + k], weights[first + k]] as const,
  )
}
