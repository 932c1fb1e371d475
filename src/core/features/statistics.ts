/**
 * @module Builds `ItemStatistics` from a log as of a time. Leaving shoppers out of `shoppers`
 * leaves every trace of them out, which is what out-of-fold training needs.
 */

import type { Item } from '../catalog/item.ts'
import { DAY } from '../time.ts'
import type { ContextSource } from './context/context.ts'
import { contextTable } from './context/lifts.ts'
import { cooccurrence, DEFAULT_COOCCURRENCE, type NeighbourLists } from './cooccurrence.ts'
import type { History } from './history.ts'
import type { ItemStatistics } from './itemStatistics.ts'
import { eventStrength } from './strength.ts'

export interface StatisticsOptions {
  /** Reused instead of being built: with a fresh popularity, the lists may stay as shipped. */
  readonly neighbours?: NeighbourLists & { readonly neighboursPerItem: number }
  /** Kinds of context to count, and what is known of each time; absent: none. */
  readonly context?: { readonly kinds: readonly string[]; readonly contexts: ContextSource }
}

/** Shoppers that the mean repeat rate counts as. */
const REPEAT_PRIOR_SHOPPERS = 10
/** Of what days hold on average, and how much that must be to be called usual. */
const NEXT_TO_NOTHING = 0.1
const LEAST_USUAL = 10

/**
 * @param items the catalog, in model row order.
 * @param shoppers one history a shopper; only what is strictly before `asOf` counts.
 * @param asOf milliseconds since the epoch.
 */
export function buildStatistics(
  items: readonly Item[],
  shoppers: readonly History[],
  asOf: number,
  options: StatisticsOptions = {},
): ItemStatistics {
  const lists = options.neighbours ?? {
    ...cooccurrence(items.length, shoppers, asOf),
    neighboursPerItem: DEFAULT_COOCCURRENCE.neighboursPerItem,
  }
  const counts = countShoppers(items.length, shoppers, asOf)
  const category = categoryIndex(items)
  const { context } = options
  return {
    items: items.length,
    neighboursPerItem: lists.neighboursPerItem,
    neighbourItems: lists.neighbourItems,
    neighbourWeights: lists.neighbourWeights,
    ...counts,
    logPrice: logPrices(items),
    category,
    ...(context && {
      context: context.kinds.map((kind) =>
        contextTable(kind, category, shoppers, asOf, context.contexts),
      ),
    }),
  }
}

/** Statistics with popularity, age and repeat rate as of another day; all else is shared. */
export function refreshPopularity(
  statistics: ItemStatistics,
  shoppers: readonly History[],
  asOf: number,
): ItemStatistics {
  return { ...statistics, ...countShoppers(statistics.items, shoppers, asOf) }
}

type ShopperCounts = Pick<
  ItemStatistics,
  'popularity7' | 'popularity30' | 'popularityAll' | 'ageDays' | 'repeatRate'
>

function countShoppers(items: number, shoppers: readonly History[], asOf: number): ShopperCounts {
  const week = new Float32Array(items)
  const month = new Float32Array(items)
  const all = new Float32Array(items)
  const repeated = new Float32Array(items)
  const first = new Float64Array(items).fill(Number.POSITIVE_INFINITY)
  const [weekFrom, monthFrom] = windowStarts(shoppers, asOf, [7, 30])
  for (const history of shoppers) {
    const days = new Map<number, { first: number; last: number }>()
    for (const { item, name, time } of history) {
      if (time >= asOf) continue
      if (time < first[item]) first[item] = time
      if (eventStrength(name) === 0) continue
      const known = days.get(item)
      if (!known) days.set(item, { first: time, last: time })
      else if (time > known.last) known.last = time
      else if (time < known.first) known.first = time
    }
    for (const [item, span] of days) {
      all[item]++
      if (span.last >= weekFrom) week[item]++
      if (span.last >= monthFrom) month[item]++
      if (Math.floor(span.first / DAY) !== Math.floor(span.last / DAY)) repeated[item]++
    }
  }
  const shoppersOfAll = sum(all)
  const mean = shoppersOfAll > 0 ? sum(repeated) / shoppersOfAll : 0
  return {
    popularity7: week.map(Math.log1p),
    popularity30: month.map(Math.log1p),
    popularityAll: all.map(Math.log1p),
    // An item not seen yet is as new as can be.
    ageDays: Float32Array.from(first, (time) => (time < asOf ? (asOf - time) / DAY : 0)),
    repeatRate: repeated.map(
      (again, i) => (again + mean * REPEAT_PRIOR_SHOPPERS) / (all[i] + REPEAT_PRIOR_SHOPPERS),
    ),
  }
}

/**
 * When the last so many days before `asOf` begin; earlier where they hold next to nothing, as in a log with
 * gaps, so that what a handful did there doesn't pass for what the shop wants: as far back as it takes to hold as
 * much as so many days do on average.
 */
function windowStarts(
  shoppers: readonly History[],
  asOf: number,
  windows: readonly number[],
): number[] {
  const eventsAgo: number[] = []
  for (const history of shoppers)
    for (const { name, time } of history) {
      if (time >= asOf || eventStrength(name) === 0) continue
      const ago = Math.ceil((asOf - time) / DAY) - 1
      eventsAgo[ago] = (eventsAgo[ago] ?? 0) + 1
    }
  const held = Float64Array.from(eventsAgo, (events = 0) => events)
  for (let ago = 1; ago < held.length; ago++) held[ago] += held[ago - 1]
  return windows.map((days) => {
    const usual = ((held.at(-1) ?? 0) * days) / Math.max(days, held.length)
    const isUsual = held.length <= days || held[days - 1] >= NEXT_TO_NOTHING * usual
    if (isUsual || usual < LEAST_USUAL) return asOf - days * DAY
    return asOf - (held.findIndex((events) => events >= usual) + 1) * DAY
  })
}

function sum(values: Float32Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** Natural logarithms; an item without a usable price carries the median of the others. */
function logPrices(items: readonly Item[]): Float32Array {
  const known = items
    .map((item) => item.price)
    .filter((price): price is number => price !== undefined && Number.isFinite(price) && price > 0)
    .sort((a, b) => a - b)
  const median = known.length > 0 ? known[known.length >> 1] : 1
  return Float32Array.from(items, ({ price }) =>
    Math.log(price !== undefined && Number.isFinite(price) && price > 0 ? price : median),
  )
}

/** 1, 2, … in order of first appearance in the catalog; 0 = none. */
function categoryIndex(items: readonly Item[]): Uint16Array {
  const index = new Map<string, number>()
  return Uint16Array.from(items, ({ category }) => {
    if (!category) return 0
    let known = index.get(category)
    if (known === undefined) {
      // Beyond the format's 65,535 categories, the rest share "none".
      known = index.size < 65_535 ? index.size + 1 : 0
      index.set(category, known)
    }
    return known
  })
}
