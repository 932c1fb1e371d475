/**
 * @module Counts of the shoppers who are missing in a log. If a log is too large for one machine, the shop's data
 * warehouse provides a sample of whole histories, and these sums over all other shoppers before a date.
 */

/** For each item, the number of shoppers outside the log who interacted with it, [N]. */
export interface OtherCounts {
  /** Start of the 7 days of `week`, milliseconds since the epoch; the log's shoppers are counted from then, too. */
  readonly weekFrom: number
  /** Start of the 30 days of `month`, milliseconds since the epoch. */
  readonly monthFrom: number
  readonly week: Float64Array
  readonly month: Float64Array
  readonly all: Float64Array
  /** Number of shoppers outside the log who interacted with the item on two or more days. */
  readonly repeated: Float64Array
}

/** Sums of co-occurrence over the shoppers outside the log. */
export interface OtherPairs {
  /** Each item's squared strength, summed over the baskets with it by the basket's weight, [N]. */
  readonly norm: Float64Array
  /** Index of each item's first neighbour, [N + 1]. */
  readonly start: Int32Array
  readonly neighbour: Int32Array
  /**
   * Sum of weight × strength × strength over the baskets, and pairs of a shopper's baskets, with the item and this
   * neighbour.
   */
  readonly together: Float64Array
}

export interface OtherShoppers {
  readonly shoppers: number
  /** Dates for which there are counts; milliseconds since the epoch, ascending. */
  readonly countDates: readonly number[]
  /** Dates among `countDates` for which there are pairs, too. */
  readonly pairDates: readonly number[]
  /** Time of the first event of each item over all shoppers, [N]; infinite if there is none. */
  readonly first: Float64Array
  /** @param asOf one of `countDates` */
  countsAt(asOf: number): OtherCounts
  /** @param asOf one of `pairDates` */
  pairsAt(asOf: number): OtherPairs
}
