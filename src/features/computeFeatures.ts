/**
 * @module Computes f_i(H, t) of every item for one shopper at one moment. Pure; the same code runs
 * in training, evaluation and the browser. Cost follows the history, not history × catalogue.
 */
import { FEATURE_COLUMN, FEATURE_COUNT } from './features.ts'
import type { History } from './history.ts'
import type { ItemStatistics } from './itemStatistics.ts'
import { type OwnedItem, type Profile, profileOf } from './profile.ts'

const C = FEATURE_COLUMN

/** Days after which a touch counts half in co-occurrence, category and price. */
const INTEREST_HALF_LIFE = 30
/** Older touches add work, not signal. */
const MAX_INTEREST_TOUCHES = 400
const NEW_ITEM_DAYS = 30

/** Which items, and so what lies in each row of the features. */
interface Rows {
  readonly count: number
  readonly itemAt: (row: number) => number
  /** −1 where the item has none. */
  readonly rowOf: (item: number) => number
}

function allItems(items: number): Rows {
  return { count: items, itemAt: (row) => row, rowOf: (item) => item }
}

function someItems(items: readonly number[]): Rows {
  const rows = new Map(items.map((item, row) => [item, row]))
  return {
    count: items.length,
    itemAt: (row) => items[row],
    rowOf: (item) => rows.get(item) ?? -1,
  }
}

/**
 * @param now milliseconds since the epoch; entries after it are ignored.
 * @param scale [F], each raw value is divided by it; 0 or null leaves it raw.
 * @param out reused when given; its whole content is overwritten.
 * @param items whose features are wanted, distinct; all N if none are named.
 * @returns row-major [N, F] or [items.length, F], finite.
 */
export function computeFeatures(
  statistics: ItemStatistics,
  history: History,
  now: number,
  scale: Float32Array | null,
  out?: Float32Array,
  items?: readonly number[],
): Float32Array {
  const rows = items ? someItems(items) : allItems(statistics.items)
  const features = out ?? new Float32Array(rows.count * FEATURE_COUNT)
  const profile = profileOf(history, now)
  writeStatic(features, statistics, rows, profile.orders)
  writeInterest(features, statistics, rows, profile)
  for (const owned of profile.owned) writeOwned(features, statistics, rows, owned, profile)
  writeTouched(features, rows, profile)
  if (scale) divide(features, scale)
  return features
}

function writeStatic(
  out: Float32Array,
  statistics: ItemStatistics,
  rows: Rows,
  orders: number,
): void {
  out.fill(0)
  for (let row = 0, at = 0; row < rows.count; row++, at += FEATURE_COUNT) {
    const i = rows.itemAt(row)
    const week = statistics.popularity7[i]
    const month = statistics.popularity30[i]
    out[at + C.popularity7] = week
    out[at + C.popularity30] = month
    out[at + C.popularityAll] = statistics.popularityAll[i]
    out[at + C.trend] = Math.expm1(week) / (Math.expm1(month) * (7 / 30) + 2)
    out[at + C.popularityCold] = month / (1 + orders)
    out[at + C.dormant] = month === 0 ? 1 : 0
    out[at + C.price] = statistics.logPrice[i]
    out[at + C.age] = Math.log1p(Math.max(0, statistics.ageDays[i]))
    out[at + C.isNew] = statistics.ageDays[i] < NEW_ITEM_DAYS ? 1 : 0
  }
}

/** What every touch, a view as well as a purchase, says about other items. */
function writeInterest(
  out: Float32Array,
  statistics: ItemStatistics,
  rows: Rows,
  profile: Profile,
): void {
  const { touches, lastSession } = profile
  if (touches.length === 0) return
  const { items, neighboursPerItem, neighbourItems, neighbourWeights } = statistics
  const sum = new Float32Array(items)
  const last = new Float32Array(items)
  const best = new Float32Array(items)
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
      if (share * tie > best[neighbour]) best[neighbour] = share * tie
    }
  }
  const usualPrice = price / total
  for (let row = 0, at = 0; row < rows.count; row++, at += FEATURE_COUNT) {
    const i = rows.itemAt(row)
    if (sum[i] > 0) {
      out[at + C.cooccurrenceRecent] = Math.log1p(sum[i])
      out[at + C.cooccurrenceShare] = Math.sqrt(sum[i] / total)
      out[at + C.cooccurrenceSession] = totalLast > 0 ? Math.sqrt(last[i] / totalLast) : 0
      out[at + C.cooccurrenceBest] = best[i]
    }
    out[at + C.priceCloseness] = Math.exp(-Math.abs(statistics.logPrice[i] - usualPrice))
    const group = statistics.category[i]
    if (group > 0) out[at + C.categoryAffinity] = (category.get(group) ?? 0) / total
  }
}

function writeOwned(
  out: Float32Array,
  statistics: ItemStatistics,
  rows: Rows,
  owned: OwnedItem,
  { orders, repeatTendency }: Profile,
): void {
  const row = rows.rowOf(owned.item)
  if (row < 0) return
  const at = row * FEATURE_COUNT
  const { ages } = owned
  out[at + C.bought7] = Math.log1p(decayed(ages, 7))
  out[at + C.bought30] = Math.log1p(decayed(ages, 30))
  out[at + C.bought180] = Math.log1p(decayed(ages, 180))
  out[at + C.boughtBefore] = 1
  out[at + C.orderCount] = Math.log1p(ages.length)
  out[at + C.orderShare] = ages.length / orders
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

function writeTouched(out: Float32Array, rows: Rows, profile: Profile): void {
  for (const touch of profile.touches) {
    const row = rows.rowOf(touch.item)
    if (touch.kind === 'purchase' || row < 0) continue
    const column = touch.kind === 'cart' ? C.carted7 : C.viewed7
    const at = row * FEATURE_COUNT + column
    // Summed as log1p of a growing count: log1p(expm1(x) + d) keeps one pass.
    out[at] = Math.log1p(Math.expm1(out[at]) + 2 ** (-touch.age / 7))
  }
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
