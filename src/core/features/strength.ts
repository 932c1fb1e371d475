/**
 * @module How much an event says about interest. Purchases, carts and views stand 3 : 2 : 1; an event
 * that only shows a list, or takes something back, says nothing. For the cases of a personal fit,
 * `pretrain` may find other weights (`PersonalPrior.eventWeights`).
 */
import type { EventName } from '../events/event.ts'

/** What a case weighs by the strongest event of it. */
export interface EventWeights {
  readonly purchase: number
  /** Also of what was put on a wish list. */
  readonly cart: number
  readonly view: number
}

export const EVENT_WEIGHTS: EventWeights = { purchase: 3, cart: 2, view: 1 }

const KINDS: Readonly<Record<EventName, keyof EventWeights | null>> = {
  purchase: 'purchase',
  add_to_cart: 'cart',
  add_to_wishlist: 'cart',
  view_item: 'view',
  select_item: 'view',
  view_item_list: null,
  remove_from_cart: null,
  search: null,
}

/** Null for an event that says nothing about its item. */
export const eventKind = (name: EventName): keyof EventWeights | null => KINDS[name]

/** What an event says as a share of a purchase, in [0, 1]. */
export function eventStrength(name: EventName): number {
  const kind = KINDS[name]
  return kind ? EVENT_WEIGHTS[kind] / EVENT_WEIGHTS.purchase : 0
}
