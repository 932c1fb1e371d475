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
  /** Items in the row order of the model's item table. Items that only the log has come last, with their id alone. */
  readonly items: readonly PicturedItem[]
  /**
   * Shoppers with interactions ascending by time. `item` indexes `items`. `session` is the log's order or visit. Events
   * without a session form visits, which end after half an hour without such an event, as on a device; in a `dayOnly`
   * log, the UTC day is the session.
   */
  readonly shoppers: readonly ShopperHistory[]
  /** Times of the first and the last event, milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  /** Whether the log has only dates; a case is then one shopper's day. */
  readonly dayOnly: boolean
  /** Context over time, from `context.tsv`; without it, the context follows from the time alone. */
  readonly context?: readonly ContextChange[]
  /** Item prices over time, if the log has prices. */
  readonly prices?: PriceLog
  /** Sums over all other shoppers, if `shoppers` is a sample from a data warehouse; else absent. */
  readonly others?: OtherShoppers
  /** Unusable lines of the log; absent if there are none. */
  readonly leftOut?: readonly LeftOut[]
  /** Searches ascending by time; absent if there are none. */
  readonly searches?: readonly ShopSearch[]
}

/** A line of the log with a query instead of an item. */
export interface ShopSearch {
  /** Shopper id; missing from `Shop.shoppers` if the shopper only searches. */
  readonly shopper: string
  readonly query: string
  /** Milliseconds since the epoch; midnight if the log is `dayOnly`. */
  readonly time: number
  /** Session of the log, or else the UTC day. */
  readonly session: string
}
