/**
 * @module Samples the cases that the ranker is fitted to and that features are judged on: items that shoppers viewed,
 * saved (cart, wishlist) or bought before a time limit. A warm-up at the start of the log has no cases, so that the
 * statistics have something to count.
 */

import {
  buildCases,
  firstAtOrAfter,
  type ShopperHistory,
  shopperBefore,
} from '@nearside/core/features/cases.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import type { RankerCase } from './dataset.ts'

export interface SampleOptions {
  /** Time of the first case, milliseconds since the epoch; default: after the warm-up. */
  readonly from?: number
  /** Exclusive limit of the events, milliseconds since the epoch. */
  readonly until: number
  /** Share of the log's span before the first case, so that statistics have something to count. */
  readonly warmUp: number
  /** Share of first orders (no history yet) that are drawn; with 0, no first orders. */
  readonly firstShare: number
  readonly maxCases: number
}

/** The part of the log before `until`, without the shoppers who came later. */
export function logsBefore(shoppers: readonly ShopperHistory[], until: number): ShopperHistory[] {
  return shoppers
    .map((shopper) => shopperBefore(shopper, until))
    .filter(({ interactions }) => interactions.length > 0)
}

/** Time of the first event; `until` if there is no event. */
export function firstTime(shoppers: readonly ShopperHistory[], until: number): number {
  return shoppers.reduce((least, { interactions: [one] }) => Math.min(least, one.time), until)
}

/** The midnight before which the given share of the span from `first` to `until` lies. */
export function midnightAt(share: number, first: number, until: number): number {
  return Math.floor((first + share * (until - first)) / DAY) * DAY
}

/**
 * Draws all cases with the same probability.
 * @returns `cases` of weight 1, in the sequence of the shoppers; empty if no shopper came back. `shoppers`: their logs
 *   before `until`. `from`: time from which cases could be drawn.
 */
export function sampleCases(
  { shoppers: whole, dayOnly }: { shoppers: readonly ShopperHistory[]; dayOnly: boolean },
  options: SampleOptions,
  random: Random,
): { shoppers: readonly ShopperHistory[]; from: number; cases: RankerCase[] } {
  const { until, warmUp, firstShare, maxCases } = options
  const shoppers = logsBefore(whole, until)
  const from = options.from ?? midnightAt(warmUp, firstTime(shoppers, until), until)
  // Cases are built twice, to count and then to draw them, because millions of cases would not fit into memory.
  const isOpening = ({ interactions }: ShopperHistory, { time }: Case) =>
    firstAtOrAfter(interactions, time) === 0
  const dropped = new Set<number>()
  let all = 0
  for (const shopper of shoppers)
    for (const one of buildCases(shopper, dayOnly, from)) {
      if (isOpening(shopper, one) && !(firstShare > 0 && random.next() < firstShare))
        dropped.add(all)
      all++
    }
  const share = maxCases / (all - dropped.size)
  const drawn: Case[] = []
  let place = 0
  for (const shopper of shoppers)
    for (const one of buildCases(shopper, dayOnly, from))
      if (!dropped.has(place++) && (share >= 1 || random.next() < share)) drawn.push(one)
  return { shoppers, from, cases: drawn.map((one) => ({ ...one, weight: 1 })) }
}
