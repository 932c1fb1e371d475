/** @module Builds `ItemStatistics` from a log as of a date. */
import type { Item } from '../catalog/item.ts'
import { onceFor } from '../onceFor.ts'
import { DAY } from '../time.ts'
import type { ContextSource } from './context/context.ts'
import { contextTables } from './context/lifts.ts'
import { cooccurrence, DEFAULT_COOCCURRENCE, type NeighbourLists } from './cooccurrence.ts'
import type { History } from './history.ts'
import { groupItems, peerKey } from './intent.ts'
import type { ItemStatistics } from './itemStatistics.ts'
import { columnsOf, type LogColumns } from './logColumns.ts'

export interface StatisticsOptions {
  /** Neighbour lists to reuse, e.g. to refresh popularity alone; without them, new lists are built. */
  readonly neighbours?: NeighbourLists & { readonly neighboursPerItem: number }
  /** Kinds of context to count, and the contexts over time; without them, no context is counted. */
  readonly context?: { readonly kinds: readonly string[]; readonly contexts: ContextSource }
}

/** Weight of the mean repeat rate as a prior, in shoppers. */
const REPEAT_PRIOR_SHOPPERS = 10
/**
 * A window of days is nearly empty if it has less than this share of its usual number of events, and that usual number
 * is at least `LEAST_USUAL`.
 */
const NEXT_TO_NOTHING = 0.1
const LEAST_USUAL = 10

/** The log as one history per shopper, ascending by time; or as columns, which are faster for repeated counting. */
type Shoppers = readonly History[] | LogColumns

/**
 * @param items the catalog, in the order of the model's rows
 * @param shoppers the log; only interactions strictly before `asOf` (milliseconds since the epoch) count
 */
export function buildStatistics(
  items: readonly Item[],
  shoppers: Shoppers,
  asOf: number,
  options: StatisticsOptions = {},
): ItemStatistics {
  const log = inColumns(shoppers)
  const { neighboursPerItem, neighbourItems, neighbourWeights } = options.neighbours ?? {
    ...cooccurrence(items.length, log, asOf),
    neighboursPerItem: DEFAULT_COOCCURRENCE.neighboursPerItem,
  }
  const catalog = ofCatalog(items)
  const { kinds, contexts } = options.context ?? {}
  return {
    ...{ items: items.length, neighboursPerItem, neighbourItems, neighbourWeights },
    ...countShoppers(items.length, log, asOf),
    ...catalog,
    ...(kinds &&
      contexts && {
        context: contextTables(kinds, catalog.category, log.histories, asOf, contexts),
      }),
  }
}

/** Returns `statistics` with popularity, age and repeat rate as of another day. */
export function refreshPopularity(
  statistics: ItemStatistics,
  shoppers: Shoppers,
  asOf: number,
): ItemStatistics {
  return { ...statistics, ...countShoppers(statistics.items, inColumns(shoppers), asOf) }
}

function inColumns(shoppers: Shoppers): LogColumns {
  return 'histories' in shoppers ? shoppers : columnsOf(shoppers)
}

type ShopperCounts = Pick<
  ItemStatistics,
  'popularity7' | 'popularity30' | 'popularityAll' | 'ageDays' | 'repeatRate'
>

function countShoppers(items: number, log: LogColumns, asOf: number): ShopperCounts {
  const week = new Float32Array(items)
  const month = new Float32Array(items)
  const all = new Float32Array(items)
  const repeated = new Float32Array(items)
  const others = log.others?.countsAt(asOf)
  const first = log.others?.first.slice() ?? new Float64Array(items).fill(Number.POSITIVE_INFINITY)
  const [weekFrom, monthFrom] = others
    ? [others.weekFrom, others.monthFrom]
    : windowStarts(log, asOf, [7, 30])
  const { time, strength } = log
  /** By item: the last shopper counted for it, and the times of that shopper's first and last interaction with it. */
  const metBy = new Int32Array(items).fill(-1)
  const from = new Float64Array(items)
  const to = new Float64Array(items)
  const met = new Int32Array(items)
  eachShopper(log, (begin, end, shopper) => {
    let count = 0
    for (let e = begin; e < end; e++) {
      if (time[e] >= asOf) continue
      const item = log.item[e]
      if (time[e] < first[item]) first[item] = time[e]
      if (strength[e] === 0) continue
      if (metBy[item] !== shopper) {
        metBy[item] = shopper
        met[count++] = item
        from[item] = time[e]
        to[item] = time[e]
      } else if (time[e] > to[item]) to[item] = time[e]
      else if (time[e] < from[item]) from[item] = time[e]
    }
    for (let k = 0; k < count; k++) {
      const item = met[k]
      all[item]++
      if (to[item] >= weekFrom) week[item]++
      if (to[item] >= monthFrom) month[item]++
      if (Math.floor(from[item] / DAY) !== Math.floor(to[item] / DAY)) repeated[item]++
    }
  })
  if (others)
    for (let item = 0; item < items; item++) {
      all[item] += others.all[item]
      week[item] += others.week[item]
      month[item] += others.month[item]
      repeated[item] += others.repeated[item]
    }
  const shoppersOfAll = sum(all)
  const mean = shoppersOfAll > 0 ? sum(repeated) / shoppersOfAll : 0
  const ageDays = new Float32Array(items)
  // A loop, because `map` takes five times as long, and training counts a large catalog hundreds of times.
  for (let i = 0; i < items; i++) {
    repeated[i] = (repeated[i] + mean * REPEAT_PRIOR_SHOPPERS) / (all[i] + REPEAT_PRIOR_SHOPPERS)
    // An item without any event yet has age 0.
    if (first[i] < asOf) ageDays[i] = (asOf - first[i]) / DAY
    week[i] = Math.log1p(week[i])
    month[i] = Math.log1p(month[i])
    all[i] = Math.log1p(all[i])
  }
  return {
    popularity7: week,
    popularity30: month,
    popularityAll: all,
    ageDays,
    repeatRate: repeated,
  }
}

/**
 * Start of each window of days before `asOf`, in milliseconds since the epoch. A nearly empty window, as in a log with
 * gaps, starts earlier: it then contains as many events as an average window of its length.
 */
function windowStarts(log: LogColumns, asOf: number, windows: readonly number[]): number[] {
  const { time, strength } = log
  const eventsAgo: number[] = []
  eachShopper(log, (begin, end) => {
    for (let e = begin; e < end; e++) {
      if (time[e] >= asOf || strength[e] === 0) continue
      const ago = Math.ceil((asOf - time[e]) / DAY) - 1
      eventsAgo[ago] = (eventsAgo[ago] ?? 0) + 1
    }
  })
  const held = Float64Array.from(eventsAgo, (events = 0) => events)
  for (let ago = 1; ago < held.length; ago++) held[ago] += held[ago - 1]
  return windows.map((days) => {
    const usual = ((held.at(-1) ?? 0) * days) / Math.max(days, held.length)
    const isUsual = held.length <= days || held[days - 1] >= NEXT_TO_NOTHING * usual
    if (isUsual || usual < LEAST_USUAL) return asOf - days * DAY
    return asOf - (held.findIndex((events) => events >= usual) + 1) * DAY
  })
}

/**
 * @param visit called with the index of a shopper's first event, the index after the last event, and the shopper's
 * index
 */
function eachShopper(
  { shopperStart, basketStart, fold, without }: LogColumns,
  visit: (begin: number, end: number, shopper: number) => void,
): void {
  for (let shopper = 0; shopper < fold.length; shopper++)
    if (fold[shopper] !== without)
      visit(basketStart[shopperStart[shopper]], basketStart[shopperStart[shopper + 1]], shopper)
}

function sum(values: Float32Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** Statistics of the catalog alone. Cached, because training counts logs at many dates for the same catalog. */
const ofCatalog = onceFor((items: readonly Item[]) => ({
  logPrice: logPrices(items),
  category: groupItems(items, ({ category }) => category),
  peerGroup: groupItems(items, peerKey),
}))

/** Natural logarithms of the prices; an item without a price above 0 gets the median of the others. */
function logPrices(items: readonly Item[]): Float32Array {
  const prices = items.map(({ price = 0 }) => price)
  const known = prices.filter((price) => price > 0).sort((a, b) => a - b)
  const median = known[known.length >> 1] ?? 1
  return Float32Array.from(prices, (price) => Math.log(price > 0 ? price : median))
}
