/** @module A shop folder in memory. `read.ts` reads one, `write.ts` writes one. */
import type { Item } from '../../core/catalog/item.ts'
import type { ShopperHistory } from '../../core/features/cases.ts'
import type { ContextChange } from '../../core/features/context/timeline.ts'
import type { PriceLog } from './prices.ts'
import type { LeftOut } from './wrongLines.ts'

export interface Shop {
  /** Last part of the folder's name. */
  readonly name: string
  /** Row order of the model's item table; items that only the log knows come last, id-only. */
  readonly items: readonly Item[]
  /** Ascending by time; `item` indexes `items`; `session` is the order or visit, else the day. */
  readonly shoppers: readonly ShopperHistory[]
  /** Milliseconds since the epoch of the first and the last event. */
  readonly from: number
  readonly to: number
  /** True where the log's times are days only: then a case is one shopper-day. */
  readonly dayOnly: boolean
  /** What the shop said of its days, from `context.tsv`; absent: nothing. */
  readonly context?: readonly ContextChange[]
  /** What items cost when, where the log says it. */
  readonly prices?: PriceLog
  /** Lines of the log that say nothing usable; absent: none. */
  readonly leftOut?: readonly LeftOut[]
  /** Ascending by time; absent: the log has no queries. */
  readonly searches?: readonly ShopSearch[]
}

/** A line of the log that names words, not an item. */
export interface ShopSearch {
  /** Need not be one of `Shop.shoppers`: some only search. */
  readonly shopper: string
  /** As it was typed. */
  readonly query: string
  /** Milliseconds since the epoch, UTC; the day's midnight where the log is `dayOnly`. */
  readonly time: number
  readonly session: string
}
