/**
 * @module What a shopper does, by the names of GA4's ecommerce events.
 * @see https://developers.google.com/analytics/devguides/collection/ga4/ecommerce
 */

import type { ShopContext } from '../features/context/context.ts'

/** The events that are kept, by GA4’s names. */
export const EVENT_NAMES = [
  'view_item',
  'view_item_list',
  'select_item',
  'add_to_cart',
  'remove_from_cart',
  'add_to_wishlist',
  'purchase',
  'search',
] as const

/** One of `EVENT_NAMES`. */
export type EventName = (typeof EVENT_NAMES)[number]

/** How many pieces of an item, and the price of one in the catalog's currency. */
export interface OrderLine {
  /** Pieces. */
  readonly quantity?: number
  /** Of one piece, in the catalog’s currency. */
  readonly price?: number
}

/** One stored event. Immutable; identified by `id`, so that storing it twice changes nothing. */
export interface ShopperEvent {
  /** Unique on this device. */
  readonly id: string
  /** What the shopper did. */
  readonly name: EventName
  /** Milliseconds since the epoch, UTC. */
  readonly time: number
  /** Groups the events of one visit. */
  readonly session: string
  /** Items concerned, in the order given: one for a view, several for a purchase, none for a search. */
  readonly items: readonly string[]
  /** Of the only item. */
  readonly quantity?: number
  /** Of one piece of the only item, in the catalog’s currency. */
  readonly price?: number
  /** Of each of several items, in their order; absent where nothing is known of any. */
  readonly lines?: readonly OrderLine[]
  /** Of a search. */
  readonly query?: string
  /** How long the item was looked at, in milliseconds, where known. */
  readonly dwellMs?: number
  /** When the shop handed it over (`seed`), milliseconds since the epoch; absent where this device saw it. */
  readonly seeded?: number
  /** When the shopper brought it from another device of theirs, milliseconds since the epoch; absent where it is of this one. */
  readonly transferred?: number
  /** The context that the shop gave: what is learned from the event later needs it. */
  readonly context?: ShopContext
}

/** When this device got it from elsewhere, milliseconds since the epoch; undefined where it saw it itself. */
export const handedOver = ({ seeded, transferred }: Pick<ShopperEvent, 'seeded' | 'transferred'>) =>
  transferred ?? seeded
