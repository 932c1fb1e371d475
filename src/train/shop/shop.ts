/** @module A shop folder in memory. `read.ts` reads it. */
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { ContextChange } from '@nearside/core/features/context/lifts.ts'
import type { OtherShoppers } from '@nearside/core/features/otherShoppers.ts'
import type { PicturedItem } from './pictureVectors.ts'
import type { PriceLog } from './prices.ts'
import type { LeftOut } from './wrongLines.ts'

export interface Shop {
  /** Name of the folder, without its path. */
  readonly name: string
  /** Items in the row order of the model's item table. Items that only the log knows come last, with their id alone. */
  readonly items: readonly PicturedItem[]
  /**
   * Shoppers with interactions ascending by time. `item` indexes `items`. `session` is the order or visit that the log
   * names. Without a name, a pause of half an hour ends the session; if the log has only dates, the day is the session.
   */
  readonly shoppers: readonly ShopperHistory[]
  /** Times of the first and the last event, milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  /** Whether the log has only dates; a case is then one shopper's day. */
  readonly dayOnly: boolean
  /** Context over time, from `context.tsv`; absent without this file. */
  readonly context?: readonly ContextChange[]
  /** Item prices over time, if the log has prices. */
  readonly prices?: PriceLog
  /** Counts of all other shoppers, if `shoppers` is a sample from a data warehouse; else absent. */
  readonly others?: OtherShoppers
  /** Lines of the log that are unusable; absent if all lines are usable. */
  readonly leftOut?: readonly LeftOut[]
  /** Searches ascending by time; absent: the log has no queries. */
  readonly searches?: readonly ShopSearch[]
}

/** A line of the log with a query instead of an item. */
export interface ShopSearch {
  /** Shopper id, possibly missing from `Shop.shoppers`: some shoppers only search. */
  readonly shopper: string
  readonly query: string
  /** Time in milliseconds since the epoch, UTC; midnight if the log is `dayOnly`. */
  readonly time: number
  /** Session of the log, or else the UTC day. */
  readonly session: string
}
