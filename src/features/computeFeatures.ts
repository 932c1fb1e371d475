/**
 * @module Computes f_i(H, t) of every item for one shopper at one moment. Pure; the same code runs
 * in training, evaluation and the browser. Cost follows the history, not history × catalogue.
 */
import { FEATURE_COLUMN, FEATURE_COUNT } from './features.ts'
import type { History } from './history.ts'
import type { ItemStatistics } from './itemStatistics.ts'
import { type OwnedItem, type Profile, profileOf } from './profile.ts'
import { type Visit, visitsOf } from './visits.ts'

const C = FEATURE_COLUMN

/** Days after which a touch counts half in co-occurrence, category and price. */
const INTEREST_HALF_LIFE = 30
/** Older touches add work, not signal. */
const MAX_INTEREST_TOUCHES = 400
const NEW_ITEM_DAYS = 30
/** Visits after which a touch counts half. */
const VISIT_HALF_LIVES = [
  [C.touchedVisit, 1],
  [C.touchedVisits, 10],
  [C.touchedEver, Number.POSITIVE_INFINITY],
] as const
/** Share of popularity that a touched item's share is compared with. */
const FILL = 0.1

/**
 * @param now milliseconds since the epoch; entries after it are ignored.
 * @param scale [F], each raw value is divided by it; 0 or null leaves it raw.
 * @param out reused when given; its whole content is overwritten.
 * @returns row-major [N, F], finite.
 */
export function computeFeatures(
  statistics: ItemStatistics,
  history: History,
  now: number,
  scale: Float32Array | null,
  out: Float32Array = new Float32Array(statistics.items * FEATURE_COUNT),
): Float32Array {
  const profile = profileOf(history, now)
  const share = popularityShares(statistics)
  writeStatic(out, statistics, profile.orders, share)
  writeInterest(out, statistics, profile)
  for (const owned of profile.owned) writeOwned(out, statistics, owned, profile)
  writeTouched(out, statistics, profile, share)
  if (scale) divide(out, scale)
  return out
}

const knownStatic = new WeakMap<ItemStatistics, Float32Array>()

/** What no history changes, raw, [N, F]; the rest 0. Made once, since its logarithms are dear. */
function staticFeatures(statistics: ItemStatistics, share: Float32Array): Float32Array {
  const known = knownStatic.get(statistics)
  if (known) return known
  const out = new Float32Array(statistics.items * FEATURE_COUNT)
  for (let i = 0, at = 0; i < statistics.items; i++, at += FEATURE_COUNT) {
    const week = statistics.popularity7[i]
    const month = statistics.popularity30[i]
    out[at + C.popularity7] = week
    out[at + C.popularity30] = month
    out[at + C.popularityAll] = statistics.popularityAll[i]
    out[at + C.popularityShare] = Math.log(share[i])
    out[at + C.trend] = Math.expm1(week) / (Math.expm1(month) * (7 / 30) + 2)
    out[at + C.dormant] = month === 0 ? 1 : 0
    out[at + C.price] = statistics.logPrice[i]
    out[at + C.age] = Math.log1p(Math.max(0, statistics.ageDays[i]))
    out[at + C.isNew] = statistics.ageDays[i] < NEW_ITEM_DAYS ? 1 : 0
  }
  knownStatic.set(statistics, out)
  return out
}

function writeStatic(
  out: Float32Array,
  statistics: ItemStatistics,
  orders: number,
  share: Float32Array,
): void {
  out.set(staticFeatures(statistics, share))
  for (let i = 0, at = C.popularityCold; i < statistics.items; i++, at += FEATURE_COUNT)
    out[at] = statistics.popularity30[i] / (1 + orders)
}

/** What every touch, a view as well as a purchase, says about other items. */
function writeInterest(out: Float32Array, statistics: ItemStatistics, profile: Profile): void {
  const { touches, lastSession } = profile
  if (touches.length === 0) return
  const { items, neighboursPerItem, neighbourItems, neighbourWeights } = statistics
  const sum = new Float32Array(items)
  const last = new Float32Array(items)
  const category = new Map<number, number>()
  let total = 0
  let totalLast = 0
  let price = 0
  for (const touch of touches.slice(0, MAX_INTEREST_TOUCHES)) {
    const weight = touch.strength * 2 ** (-touch.age / INTEREST_HALF_LIFE)
    // A touch of years ago must not turn a division below into 0 / 0.
    const share = Math.max(weight, 1e-6)
    const inLast = touch.session === lastSession
    total += share
    price += share * statistics.logPrice[touch.item]
    if (inLast) totalLast += touch.strength
    const group = statistics.category[touch.item]
    if (group > 0) category.set(group, (category.get(group) ?? 0) + share)
    const end = (touch.item + 1) * neighboursPerItem
    for (let k = touch.item * neighboursPerItem; k < end; k++) {
      const tie = neighbourWeights[k]
      if (tie === 0) break
      const neighbour = neighbourItems[k]
      sum[neighbour] += share * tie
      if (inLast) last[neighbour] += touch.strength * tie
    }
  }
  const usualPrice = price / total
  for (let i = 0, at = 0; i < items; i++, at += FEATURE_COUNT) {
    if (sum[i] > 0) {
      out[at + C.cooccurrenceRecent] = Math.log1p(sum[i])
      out[at + C.cooccurrenceShare] = Math.sqrt(sum[i] / total)
      out[at + C.cooccurrenceSession] = totalLast > 0 ? Math.sqrt(last[i] / totalLast) : 0
    }
    out[at + C.priceCloseness] = Math.exp(-Math.abs(statistics.logPrice[i] - usualPrice))
    const group = statistics.category[i]
    if (group > 0) out[at + C.categoryAffinity] = (category.get(group) ?? 0) / total
  }
}

function writeOwned(
  out: Float32Array,
  statistics: ItemStatistics,
  owned: OwnedItem,
  { orders, repeatTendency }: Profile,
): void {
  const at = owned.item * FEATURE_COUNT
  const { ages } = owned
  out[at + C.bought7] = Math.log1p(decayed(ages, 7))
  out[at + C.bought30] = Math.log1p(decayed(ages, 30))
  out[at + C.bought180] = Math.log1p(decayed(ages, 180))
  out[at + C.boughtBefore] = 1
  out[at + C.orderCount] = Math.log1p(ages.length)
  out[at + C.inLastOrder] = owned.ordersSince === 0 ? 1 : 0
  out[at + C.orderRecency] = 1 / (1 + owned.ordersSince)
  out[at + C.repeatRateBought] = statistics.repeatRate[owned.item]
  out[at + C.boughtByOrders] = Math.log1p(orders)
  out[at + C.boughtCooccurrence] = out[at + C.cooccurrenceShare]
  out[at + C.repeatTendency] = repeatTendency
  out[at + C.boughtPopular] = statistics.popularity30[owned.item]
  if (ages.length > 1) {
    const interval = (ages[ages.length - 1] - ages[0]) / (ages.length - 1)
    const off = Math.log((ages[0] + 1) / (interval + 1))
    out[at + C.due] = Math.exp(-off * off)
  }
}

/** What views and carts say as well as purchases; `share` is each item's share of popularity, [N]. */
function writeTouched(
  out: Float32Array,
  statistics: ItemStatistics,
  profile: Profile,
  share: Float32Array,
): void {
  const { items, visits, returnTendency } = visitsOf(profile)
  for (const [column, halfLife] of VISIT_HALF_LIVES) {
    const counts = items.map(({ own }) =>
      own.reduce((sum, { strength, ago }) => sum + strength * 2 ** (-ago / halfLife), 0),
    )
    const total = counts.reduce((sum, count) => sum + count, 0)
    items.forEach(({ item }, k) => {
      const expected = FILL * share[item]
      out[item * FEATURE_COUNT + column] = Math.log1p(counts[k] / total / expected)
    })
  }
  for (const { item, own } of items) {
    const at = item * FEATURE_COUNT
    const [last] = own
    out[at + C.touched3] = Math.log1p(touchedWithin(own, 3))
    out[at + C.touched60] = Math.log1p(touchedWithin(own, 60))
    out[at + C.visitShare] = own.length / visits
    out[at + C.inLastVisit] = last.ago === 0 ? 1 : 0
    out[at + C.touchStrength] = last.strength
    out[at + C.returnTendency] = returnTendency
    out[at + C.touchedPopular] = statistics.popularity30[item]
  }
}

function touchedWithin(own: readonly Visit[], halfLifeDays: number): number {
  let sum = 0
  for (const { strength, age } of own) sum += strength * 2 ** (-age / halfLifeDays)
  return sum
}

/** By the statistics that they come from: they are the same for every list of a day. */
const knownShares = new WeakMap<ItemStatistics, Float32Array>()

/**
 * Each item's share of the last 30 days' shoppers, [N], > 0: a hundredth of all earlier ones to
 * order what nobody wanted lately, and a floor for what nobody wanted ever.
 */
function popularityShares(statistics: ItemStatistics): Float32Array {
  const known = knownShares.get(statistics)
  if (known) return known
  const { items, popularity30, popularityAll } = statistics
  const share = new Float32Array(items)
  let sum = 0
  for (let i = 0; i < items; i++) {
    share[i] = Math.expm1(popularity30[i]) + 0.01 * Math.expm1(popularityAll[i]) + 0.1
    sum += share[i]
  }
  for (let i = 0; i < items; i++) share[i] /= sum
  knownShares.set(statistics, share)
  return share
}

function decayed(ages: readonly number[], halfLifeDays: number): number {
  let sum = 0
  for (const age of ages) sum += 2 ** (-age / halfLifeDays)
  return sum
}

function divide(out: Float32Array, scale: Float32Array): void {
  const inverse = Float32Array.from(scale, (value) => (value > 0 ? 1 / value : 1))
  for (let at = 0; at < out.length; at += FEATURE_COUNT) {
    for (let f = 0; f < FEATURE_COUNT; f++) out[at + f] *= inverse[f]
  }
}
