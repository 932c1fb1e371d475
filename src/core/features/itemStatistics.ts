/**
 * @module Statistics of a base model about items, from which features are computed. They count all shoppers before the
 * model's date and contain nothing about single shoppers. The rows are those of the model's item table.
 */
import type { ContextTable } from './context/lifts.ts'

export interface ItemStatistics {
  /** Number of items, N. */
  readonly items: number
  /** Number of co-occurrence neighbours per item, M. */
  readonly neighboursPerItem: number
  /** Item rows of the neighbours, strongest first, [N, M]; unused slots contain the item itself with weight 0. */
  readonly neighbourItems: Uint16Array | Uint32Array
  /** Co-occurrence weights in (0, 1], row-major [N, M]. */
  readonly neighbourWeights: Float32Array
  /**
   * log1p of the number of distinct shoppers who viewed, carted or bought the item in the last 7 days, [N]. For counts
   * by a federated round: log1p of the item's count divided by the mean count of an item.
   */
  readonly popularity7: Float32Array
  /** As `popularity7`, for the last 30 days, [N]. */
  readonly popularity30: Float32Array
  /** As `popularity7`, for the whole log, [N]. */
  readonly popularityAll: Float32Array
  /** Natural logarithm of the price, [N]; items without a price have the catalog's median. */
  readonly logPrice: Float32Array
  /** Index of the category, [N]; 0 = none. */
  readonly category: Uint16Array
  /** Index of the peer group, the items of the same category and brand, [N]; 0 = none. */
  readonly peerGroup: Uint16Array
  /** Days between the item's first appearance and the model's date, [N]. */
  readonly ageDays: Float32Array
  /** Share of an item's shoppers who came back to the item on another day, shrunk to the mean, [N]. */
  readonly repeatRate: Float32Array
  /** Lifts (logarithms of the change of demand) of items, by context; absent if no context was counted. */
  readonly context?: readonly ContextTable[]
  /** Cold-start items, which are the last rows; absent if there are none. */
  readonly coldStart?: ColdStartItems
  /** Sums over the whole catalog, if the rows are only a part of it; scores then equal those computed from all rows. */
  readonly whole?: WholeCatalog
}

/** Values that features need from all rows of a catalog. */
export interface WholeCatalog {
  readonly items: number
  /** Sum of all items' popularity; an item's share is its popularity divided by this sum. */
  readonly popularity: number
  readonly prices: PriceRange
  /** Highest index of a peer group. */
  readonly peerGroups: number
}

/** Logarithmic prices of a catalog; mean and variance are weighted by the items' shoppers. */
export interface PriceRange {
  readonly least: number
  readonly highest: number
  readonly mean: number
  readonly variance: number
}

/**
 * Items that joined the catalog after the model was made. With their counts of 0, the learned weights would rank them
 * last. So each uses the statistics of its neighbours, the most similar known items, until shoppers are counted for it.
 */
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
 * Share of its neighbours' popularity that a cold-start item gets, as if it had been on sale on three of thirty days;
 * chosen by likelihood on the demo shop's training shoppers.
 */
const FIRST_DAYS = 0.1

const KNOWN = new WeakMap<ItemStatistics, ItemStatistics>()

/** Statistics in which cold-start items have their neighbours' values. The values of known items stay the same. */
export function withColdStart(statistics: ItemStatistics): ItemStatistics {
  const { coldStart } = statistics
  if (!coldStart) return statistics
  const known = KNOWN.get(statistics)
  if (known) return known
  const { from, neighboursEach } = coldStart
  const lend = (counted: Float32Array, share: number, read = same, write = same) => {
    const lent = counted.slice()
    for (let row = from; row < statistics.items; row++) {
      // A cold-start item with counted shoppers keeps its own values.
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

/** Adds to each cold-start item its neighbours' weighted co-occurrence. */
export function lendTies(
  ties: Float32Array,
  { from, neighboursEach, neighbours, weights }: ColdStartItems,
): void {
  for (let row = from, k = 0; row < ties.length; row++) {
    for (let end = k + neighboursEach; k < end; k++) ties[row] += weights[k] * ties[neighbours[k]]
  }
}

/** Items whose co-occurrence an item uses, with weights: the item itself or, for a cold-start item, its neighbours. */
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
