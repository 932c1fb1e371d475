/**
 * @module Items that joined a model after it was made. Nobody was counted for them, which must not
 * read as "nobody wants it": what the model learned of items that stay on the shelf would bury them.
 * Until somebody is, each stands for its neighbours, the items that the model knows and that are most like it.
 */
import type { ItemStatistics } from './itemStatistics.ts'

export interface ColdStartItems {
  /** Their rows are the last ones, from this one on. */
  readonly from: number
  readonly neighboursEach: number
  /** Rows below `from`, [cold-start items, neighboursEach]. */
  readonly neighbours: Uint32Array
  /** What each counts for; those of one item add up to 1, or are all 0 where it is like nothing. */
  readonly weights: Float32Array
}

/**
 * A cold-start item counts as a tenth as popular as its neighbours: what those get in three days of thirty. Chosen
 * on the demo shop's training shoppers by likelihood; at a quarter, they took places from items
 * that were wanted more.
 */
const FIRST_DAYS = 0.1

const KNOWN = new WeakMap<ItemStatistics, ItemStatistics>()

/** The statistics as the features read them; those of known items are what they were, bit for bit. */
export function withColdStart(statistics: ItemStatistics): ItemStatistics {
  const { coldStart } = statistics
  if (!coldStart) return statistics
  const known = KNOWN.get(statistics)
  if (known) return known
  const { from, neighboursEach } = coldStart
  const lend = (counted: Float32Array, share: number, read = same, write = same) => {
    const lent = counted.slice()
    for (let row = from; row < statistics.items; row++) {
      // Whoever was counted speaks for the item itself.
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

/** Nobody had a cold-start item together with anything yet: it goes with what its neighbours go with. */
export function lendTies(
  ties: Float32Array,
  { from, neighboursEach, neighbours, weights }: ColdStartItems,
): void {
  for (let row = from, k = 0; row < ties.length; row++) {
    for (let end = k + neighboursEach; k < end; k++) ties[row] += weights[k] * ties[neighbours[k]]
  }
}

/** The items whose ties an item has, and what each counts for: itself, or a cold-start item's neighbours. */
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
