/**
 * @module Computes the features f_i(H, t) of items i, for a shopper's history H at one time t. Training, evaluation and
 * the browser share this code. Its cost grows with history + catalog, not with history × catalog.
 */
import { onceFor } from '../onceFor.ts'
import { FEATURE_COLUMN, FEATURE_COUNT } from './features.ts'
import type { History } from './history.ts'
import { type Intent, intentOf } from './intent.ts'
import { type ItemStatistics, withColdStart } from './itemStatistics.ts'
import {
  type Interest,
  interestOf,
  type OwnedItem,
  type Profile,
  profileOf,
  type Visit,
  visitsOf,
} from './profile.ts'

const C = FEATURE_COLUMN

const NEW_ITEM_DAYS = 30
/** Number of visits after which an interaction's weight is halved, by feature column. */
const VISIT_HALF_LIVES = [
  [C.interactionShareVisit, 1],
  [C.interactionShareVisits, 10],
  [C.interactionShareEver, Number.POSITIVE_INFINITY],
] as const
/**
 * The item's share of the shopper's interactions is divided by `FILL` times the item's share of the shop's popularity
 * (`popularityShares`), so that interest in a rare item counts more.
 */
const FILL = 0.1

/**
 * Features of all items.
 * @param now milliseconds since the epoch; entries of the history after `now` are ignored
 * @param scale divisor of each raw value, [F]; a divisor of 0 or a `scale` of null leaves values raw
 * @returns row-major [N, F], finite
 */
export function computeFeatures(
  statistics: ItemStatistics,
  history: History,
  now: number,
  scale: Float32Array | null,
): Float32Array {
  const out = new Float32Array(statistics.items * FEATURE_COUNT)
  return writeFeatures(statistics, readHistory(statistics, history, now), scale, null, out)
}

/** Aggregates of a history from which the features of every item are computed. */
export interface Signals {
  readonly profile: Profile
  /** Items, categories and prices that fit the history; null for an empty history. */
  readonly interest: Interest | null
  /** Peer groups (category and brand) of the products last viewed or put into the basket; null if there are none. */
  readonly intent: Intent | null
}

/** @param now milliseconds since the epoch; entries of the history after `now` are ignored */
export function readHistory(statistics: ItemStatistics, history: History, now: number): Signals {
  const profile = profileOf(history, now)
  return {
    profile,
    interest: interestOf(statistics, profile),
    intent: intentOf(statistics, profile),
  }
}

/**
 * Writes the features of some items.
 * @param items distinct rows, written in this order; null: all items. An item's values are identical to the last bit,
 *   whichever other items are written.
 * @param scale as for `computeFeatures`
 * @param out [items, F], overwritten
 */
export function writeFeatures(
  counted: ItemStatistics,
  { profile, interest, intent }: Signals,
  scale: Float32Array | null,
  items: readonly number[] | null,
  out: Float32Array,
): Float32Array {
  const statistics = withColdStart(counted)
  const share = popularityShares(statistics)
  const placed = items && new Map(items.map((item, place) => [item, place * FEATURE_COUNT]))
  const placeOf = (item: number) => (placed ? placed.get(item) : item * FEATURE_COUNT)
  // Bypasses the cache for a few rows, because training reads few rows of each date, and the cache computes all rows.
  if (items) out.fill(0)
  else out.set(staticFeatures(statistics))
  const count = items?.length ?? statistics.items
  for (let row = 0, at = 0; row < count; row++, at += FEATURE_COUNT) {
    const i = items ? items[row] : row
    if (items) writeStatic(out, at, statistics, i, share[i])
    out[at + C.popularityCold] = statistics.popularity30[i] / (1 + profile.orders)
    if (interest) writeInterest(out, at, statistics, i, interest)
    if (intent) {
      out[at + C.peersRecent] = intent.recent[statistics.peerGroup[i]]
      out[at + C.peersLast] = intent.last[statistics.peerGroup[i]]
    }
  }
  for (const owned of profile.owned) {
    const at = placeOf(owned.item)
    if (at !== undefined) writeOwned(out, at, statistics, owned, profile)
  }
  writeInteractions(out, placeOf, statistics, profile, share)
  if (scale) divide(out, scale)
  return out
}

/** Raw features that don't depend on the history, [N, F]; other columns are 0. Cached, because logarithms are slow. */
export const staticFeatures = onceFor((counted: ItemStatistics): Float32Array => {
  const statistics = withColdStart(counted)
  const share = popularityShares(statistics)
  const out = new Float32Array(statistics.items * FEATURE_COUNT)
  for (let i = 0; i < statistics.items; i++)
    writeStatic(out, i * FEATURE_COUNT, statistics, i, share[i])
  return out
})

function writeStatic(
  out: Float32Array,
  at: number,
  statistics: ItemStatistics,
  i: number,
  share: number,
): void {
  const week = statistics.popularity7[i]
  const month = statistics.popularity30[i]
  out[at + C.popularity7] = week
  out[at + C.popularity30] = month
  out[at + C.popularityAll] = statistics.popularityAll[i]
  out[at + C.popularityShare] = Math.log(share)
  out[at + C.trend] = Math.expm1(week) / (Math.expm1(month) * (7 / 30) + 2)
  out[at + C.dormant] = month === 0 ? 1 : 0
  out[at + C.price] = statistics.logPrice[i]
  out[at + C.age] = Math.log1p(Math.max(0, statistics.ageDays[i]))
  out[at + C.isNew] = statistics.ageDays[i] < NEW_ITEM_DAYS ? 1 : 0
}

/** Writes the features of co-occurrence, price and category. */
function writeInterest(
  out: Float32Array,
  at: number,
  statistics: ItemStatistics,
  i: number,
  { sum, last, total, totalLast, usualPrice, category }: Interest,
): void {
  if (sum[i] > 0) {
    out[at + C.cooccurrenceRecent] = Math.log1p(sum[i])
    out[at + C.cooccurrenceShare] = Math.sqrt(sum[i] / total)
    out[at + C.cooccurrenceSession] = totalLast > 0 ? Math.sqrt(last[i] / totalLast) : 0
  }
  out[at + C.priceCloseness] = Math.exp(-Math.abs(statistics.logPrice[i] - usualPrice))
  const group = statistics.category[i]
  if (group > 0) out[at + C.categoryAffinity] = (category.get(group) ?? 0) / total
}

function writeOwned(
  out: Float32Array,
  at: number,
  statistics: ItemStatistics,
  owned: OwnedItem,
  { orders, repeatTendency }: Profile,
): void {
  const { ages } = owned
  const bought = ages.map((age) => ({ age, strength: 1 }))
  out[at + C.bought7] = Math.log1p(decayed(bought, 7))
  out[at + C.bought30] = Math.log1p(decayed(bought, 30))
  out[at + C.bought180] = Math.log1p(decayed(bought, 180))
  out[at + C.boughtBefore] = 1
  out[at + C.orderCount] = Math.log1p(ages.length)
  out[at + C.inLastOrder] = owned.ordersSince === 0 ? 1 : 0
  out[at + C.orderRecency] = 1 / (1 + owned.ordersSince)
  out[at + C.repeatRateBought] = statistics.repeatRate[owned.item]
  out[at + C.boughtByOrders] = Math.log1p(orders)
  out[at + C.boughtCooccurrence] = out[at + C.cooccurrenceShare]
  out[at + C.repeatTendency] = repeatTendency
  // Logarithm of the item's popularity relative to the mean item's. A plain count would grow with the number of
  // shoppers and shift the scores of all items that the shopper bought.
  const { coldStart, items, whole } = statistics
  const known = whole?.items ?? coldStart?.from ?? items
  out[at + C.boughtPopularity] = out[at + C.popularityShare] + Math.log(known)
  if (ages.length > 1) {
    const interval = (ages[ages.length - 1] - ages[0]) / (ages.length - 1)
    const off = Math.log((ages[0] + 1) / (interval + 1))
    out[at + C.due] = Math.exp(-off * off)
  }
}

function writeInteractions(
  out: Float32Array,
  placeOf: (item: number) => number | undefined,
  statistics: ItemStatistics,
  profile: Profile,
  share: Float32Array,
): void {
  const { items, visits, returnTendency } = visitsOf(profile)
  for (const [column, halfLife] of VISIT_HALF_LIVES) {
    const counts = items.map(({ own }) =>
      own.reduce((sum, { interest, ago }) => sum + interest * 2 ** (-ago / halfLife), 0),
    )
    const total = counts.reduce((sum, count) => sum + count, 0)
    items.forEach(({ item }, k) => {
      const at = placeOf(item)
      const expected = FILL * share[item]
      if (at !== undefined) out[at + column] = Math.log1p(counts[k] / total / expected)
    })
  }
  for (const { item, own } of items) {
    const at = placeOf(item)
    if (at === undefined) continue
    const [last] = own
    out[at + C.interactions3] = Math.log1p(decayed(own, 3))
    out[at + C.interactions60] = Math.log1p(decayed(own, 60))
    out[at + C.visitShare] = own.length / visits
    out[at + C.inLastVisit] = last.ago === 0 ? 1 : 0
    out[at + C.interactionStrength] = last.strength
    out[at + C.looksLastVisit] = last.ago === 0 ? Math.log1p(last.count) : 0
    out[at + C.looksEver] = Math.log1p(own.reduce((sum, { count }) => sum + count, 0))
    out[at + C.returnTendency] = returnTendency
    out[at + C.interactedPopular] = statistics.popularity30[item]
  }
}

/** Each item's share of the sum of `popularityOf`, [N], > 0. */
const popularityShares = onceFor((statistics: ItemStatistics): Float32Array => {
  const { share, sum } = popularityOf(statistics)
  const divisor = statistics.whole?.popularity ?? sum
  for (let i = 0; i < share.length; i++) share[i] /= divisor
  return share
})

/**
 * Each item's number of shoppers in the last 30 days, [N], > 0, and their sum. Each shopper that the item ever had adds
 * a hundredth, so that items without recent shoppers still differ; a constant keeps every value above 0.
 */
export function popularityOf(statistics: ItemStatistics): { share: Float32Array; sum: number } {
  const { items, popularity30, popularityAll, coldStart } = statistics
  const share = new Float32Array(items)
  let sum = 0
  for (let i = 0; i < items; i++) {
    share[i] = Math.expm1(popularity30[i]) + 0.01 * Math.expm1(popularityAll[i]) + 0.1
    // Cold-start items must not change the shares of known items.
    if (!coldStart || i < coldStart.from) sum += share[i]
  }
  return { share, sum }
}

function decayed(visits: readonly Pick<Visit, 'strength' | 'age'>[], halfLifeDays: number): number {
  let sum = 0
  for (const { strength, age } of visits) sum += strength * 2 ** (-age / halfLifeDays)
  return sum
}

function divide(out: Float32Array, scale: Float32Array): void {
  const inverse = Float32Array.from(scale, (value) => (value > 0 ? 1 / value : 1))
  for (let at = 0; at < out.length; at += FEATURE_COUNT)
    for (let f = 0; f < FEATURE_COUNT; f++) out[at + f] *= inverse[f]
}
