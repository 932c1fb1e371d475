/**
 * @module Counts item statistics for training cases from events before the case, without the case's own shopper (out of
 * fold). If the statistics counted the case's target, the ranker would trust them too much, and rank worse for new
 * shoppers than by popularity alone.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { historiesOf, type ShopperHistory } from '@nearside/core/features/cases.ts'
import {
  cooccurrence,
  createNeighbours,
  DEFAULT_COOCCURRENCE,
} from '@nearside/core/features/cooccurrence.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { columnsOf, type LogColumns, withoutFold } from '@nearside/core/features/logColumns.ts'
import type { OtherShoppers } from '@nearside/core/features/otherShoppers.ts'
import {
  buildStatistics,
  refreshPopularity,
  type StatisticsOptions,
} from '@nearside/core/features/statistics.ts'
import { DAY } from '@nearside/core/time.ts'

interface OutOfFoldOptions {
  /** Number of folds of shoppers; default 5. */
  readonly folds?: number
  /** Days between two rebuilds of the neighbour lists; default 30. */
  readonly neighbourDays?: number
  /** Days between two recounts of popularity; default 7. */
  readonly popularityDays?: number
  /** Time of the first statistics, milliseconds. Cases before this time would get statistics of an empty log. */
  readonly from: number
  /** Exclusive limit of events and cases, milliseconds. */
  readonly until: number
  readonly statistics?: Pick<StatisticsOptions, 'context'>
  /** With at least this many items, only items of histories given to `at` get neighbour lists; default 20,000. */
  readonly onDemandFrom?: number
  /** Neighbour lists that the parts of a training share; absent: each part builds its own. */
  readonly lists?: ListCache
}

const DEFAULTS = { folds: 5, neighbourDays: 30, popularityDays: 7 } as const

type Lists = NonNullable<StatisticsOptions['neighbours']>

/** Maximum memory of all cached lists, bytes. Lists beyond it are built again each time. */
const MOST_CACHED = 2e8

/** Caches a log's neighbour lists by fold and date: they are slow to build, and each part of a training needs them. */
export class ListCache {
  /** Sums, at some dates, over the shoppers who are missing from the log; absent if the log has all shoppers. */
  readonly others?: OtherShoppers
  readonly #known = new Map<string, Lists>()
  #bytes = 0

  constructor(others?: OtherShoppers) {
    if (others) this.others = others
  }

  of(key: string, build: () => Lists): Lists {
    const known = this.#known.get(key)
    if (known) return known
    const lists = build()
    this.#bytes += lists.neighbourItems.byteLength + lists.neighbourWeights.byteLength
    if (this.#bytes < MOST_CACHED) this.#known.set(key, lists)
    return lists
  }
}

/** Fold of a shopper, by FNV-1a of the id alone. */
export function foldOf(shopper: string, folds: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < shopper.length; i++) {
    hash = Math.imul(hash ^ shopper.charCodeAt(i), 0x01000193) >>> 0
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0
  return (hash >>> 8) % folds
}

/**
 * Builds statistics on demand. Sort the cases by `compareCases` before requesting their statistics: only the latest
 * statistics are cached, so in another sequence every case rebuilds them.
 */
export class OutOfFoldStatistics {
  readonly #items: readonly Item[]
  readonly #options: OutOfFoldOptions & Readonly<Record<keyof typeof DEFAULTS, number>>
  readonly #log: LogColumns
  readonly #cache: ListCache
  #lists: {
    fold: number
    at: number
    statistics: ItemStatistics
    addRow: ((item: number) => void) | null
  } | null = null
  #current: { fold: number; at: number; statistics: ItemStatistics } | null = null

  constructor(
    items: readonly Item[],
    shoppers: readonly ShopperHistory[],
    options: OutOfFoldOptions,
  ) {
    this.#items = items
    this.#options = { ...DEFAULTS, ...options }
    this.#cache = options.lists ?? new ListCache()
    this.#log = columnsOf(
      historiesOf(shoppers),
      (shopper) => foldOf(shoppers[shopper].id, this.#options.folds),
      this.#cache.others,
    )
  }

  /**
   * Statistics for a case of this shopper.
   * @param time milliseconds, at or after `from`
   * @param history only its items need neighbour lists; absent: all items do
   */
  at(shopper: string, time: number, history?: History): ItemStatistics {
    const statistics = this.#at(shopper, time)
    const addRow = this.#lists?.addRow
    if (!addRow) return statistics
    if (history) for (const { item } of history) addRow(item)
    else for (let item = 0; item < this.#items.length; item++) addRow(item)
    return statistics
  }

  #at(shopper: string, time: number): ItemStatistics {
    const fold = foldOf(shopper, this.#options.folds)
    const { neighbourDays, popularityDays } = this.#options
    const { others } = this.#cache
    const listsAt = others ? lastDate(others.pairDates, time) : this.#step(time, neighbourDays)
    const ownDate = others ? lastDate(others.countDates, time) : this.#step(time, popularityDays)
    const at = Math.max(listsAt, ownDate)
    if (this.#current?.fold === fold && this.#current.at === at) return this.#current.statistics
    const log = withoutFold(this.#log, fold)
    if (this.#lists?.fold !== fold || this.#lists.at !== listsAt) {
      const { addRow, ...neighbours } = this.#listsAt(log, fold, listsAt)
      const given = { ...this.#options.statistics, neighbours }
      const statistics = buildStatistics(this.#items, log, listsAt, given)
      this.#lists = { fold, at: listsAt, statistics, addRow }
    }
    const { statistics: lists } = this.#lists
    const statistics = at === listsAt ? lists : refreshPopularity(lists, log, at)
    this.#current = { fold, at, statistics }
    return statistics
  }

  #listsAt(log: LogColumns, fold: number, at: number) {
    const { neighboursPerItem } = DEFAULT_COOCCURRENCE
    const items = this.#items.length
    if (items >= (this.#options.onDemandFrom ?? 20_000)) {
      const { lists, addRow } = createNeighbours(items, log, at)
      return { ...lists, neighboursPerItem, addRow }
    }
    const lists = this.#cache.of(`${this.#options.folds} ${fold} ${at}`, () => ({
      ...cooccurrence(items, log, at),
      neighboursPerItem,
    }))
    return { ...lists, addRow: null }
  }

  /** Sorts by fold, then by time. */
  readonly compareCases = (
    a: { readonly shopper: string; readonly time: number },
    b: { readonly shopper: string; readonly time: number },
  ): number => {
    const { folds } = this.#options
    return foldOf(a.shopper, folds) - foldOf(b.shopper, folds) || a.time - b.time
  }

  #step(time: number, days: number): number {
    const { from, until } = this.#options
    const steps = Math.floor((Math.min(time, until) - from) / (days * DAY))
    return from + Math.max(0, steps) * days * DAY
  }
}

/** Latest of the ascending dates at or before `time`; the first date if all are later. */
function lastDate(dates: readonly number[], time: number): number {
  return dates.findLast((date) => date <= time) ?? dates[0]
}
