/**
 * @module Samples training cases: items that shoppers viewed, saved (cart, wishlist) or bought before a time limit. The
 * first fifth of the log's time span gives no cases, so that the cases' statistics have earlier events to count.
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
  /** Time of the first case, milliseconds since the epoch; default: `afterWarmUp`. */
  readonly from?: number
  /** Exclusive limit of the events, milliseconds since the epoch. */
  readonly until: number
  /** Share, 0 … 1, of the shoppers' first orders that can be drawn. A first order has no history. */
  readonly firstShare: number
  readonly maxCases: number
}

/** Histories before `until`, without shoppers who have no event before that time. */
export function logsBefore(shoppers: readonly ShopperHistory[], until: number): ShopperHistory[] {
  return shoppers
    .map((shopper) => shopperBefore(shopper, until))
    .filter(({ interactions }) => interactions.length > 0)
}

/** Share of the log's time span that gives no cases. */
const WARM_UP = 0.2

/** Midnight before the time at which cases begin by default. */
export function afterWarmUp(shoppers: readonly ShopperHistory[], until: number): number {
  const first = shoppers.reduce(
    (least, { interactions: [one] }) => Math.min(least, one.time),
    until,
  )
  return Math.floor((first + WARM_UP * (until - first)) / DAY) * DAY
}

/**
 * Draws each case with the same probability.
 * @returns `cases` of weight 1, in the sequence of the shoppers; `shoppers`, by `logsBefore`; and `from`, the time of
 *   the earliest possible case
 */
export function sampleCases(
  { shoppers: whole, dayOnly }: { shoppers: readonly ShopperHistory[]; dayOnly: boolean },
  options: SampleOptions,
  random: Random,
): { shoppers: readonly ShopperHistory[]; from: number; cases: RankerCase[] } {
  const { until, firstShare, maxCases } = options
  const shoppers = logsBefore(whole, until)
  const from = options.from ?? afterWarmUp(shoppers, until)
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
