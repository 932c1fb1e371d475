/**
 * @module Counts of the shoppers who are missing in a log, because a warehouse counted them: a log that is too large for
 * one machine is a sample of whole histories, plus these sums over everybody else.
 */

/** Sums over the other shoppers before one date; arrays are [N], by item row. */
export interface OtherCounts {
  /** Start of the windows of 7 and 30 days over all shoppers, milliseconds since the epoch. */
  readonly weekFrom: number
  readonly monthFrom: number
  /** Numbers of shoppers in each window, ever, and on two or more days. */
  readonly week: Float64Array
  readonly month: Float64Array
  readonly all: Float64Array
  readonly repeated: Float64Array
}

/** Sums of what goes together, over the other shoppers before one date. */
export interface OtherPairs {
  /** Sum of the squared strengths of each item, weighted by basket, [N]. */
  readonly norm: Float64Array
  /** Index of each item's first neighbour, [N + 1]. */
  readonly start: Int32Array
  readonly neighbour: Int32Array
  /** Sum of the pair's weighted strengths. */
  readonly together: Float64Array
}

export interface OtherShoppers {
  /** Number of the other shoppers. */
  readonly shoppers: number
  /** Dates of the counts, and those of the pairs among them; milliseconds since the epoch, ascending. */
  readonly countDates: readonly number[]
  readonly pairDates: readonly number[]
  /** Time of the first event of each item over all shoppers, [N]; infinite if there is none. */
  readonly first: Float64Array
  /** @param asOf one of `countDates` */
  countsAt(asOf: number): OtherCounts
  /** @param asOf one of `pairDates` */
  pairsAt(asOf: number): OtherPairs
}
