/**
 * @module How much an event says about interest, as a share of a purchase. Purchases, carts and
 * views stand 3 : 2 : 1; an event that only shows a list, or takes something back, says nothing.
 */
import type { EventName } from '../events/event.ts'

const PURCHASE_WEIGHT = 3

const WEIGHTS: Readonly<Record<EventName, number>> = {
  purchase: PURCHASE_WEIGHT,
  add_to_cart: 2,
  add_to_wishlist: 2,
  view_item: 1,
  select_item: 1,
  view_item_list: 0,
  remove_from_cart: 0,
  search: 0,
}

/** 3 for a purchase, 2 for a cart or wish list, 1 for a view, else 0: the weight of a case. */
export function eventWeight(name: EventName): number {
  return WEIGHTS[name]
}

/** The same as a share of a purchase, in [0, 1]. */
export function eventStrength(name: EventName): number {
  return WEIGHTS[name] / PURCHASE_WEIGHT
}
