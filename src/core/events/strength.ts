/** @module Strength of the interest that an event shows. */
import type { EventName } from './event.ts'

/** Weight of a training example by the kind of its strongest event. */
export interface EventWeights {
  readonly purchase: number
  /** Weight of cart and wish-list events. */
  readonly cart: number
  readonly view: number
}

/** Default weights; `pretrain` can find others for the personal model (`PersonalPrior.eventWeights`). */
export const EVENT_WEIGHTS: EventWeights = { purchase: 3, cart: 2, view: 1 }

const KINDS: Readonly<Record<EventName, keyof EventWeights | null>> = {
  purchase: 'purchase',
  add_to_cart: 'cart',
  add_to_wishlist: 'cart',
  view_item: 'view',
  select_item: 'view',
  // An event that shows a list or takes an item out of the cart shows no interest.
  view_item_list: null,
  remove_from_cart: null,
  search: null,
  less_like_this: null,
  not_for_me: null,
  have_this: null,
}

/** Kind of an event; null if it shows no interest in its item. */
export const eventKind = (name: EventName): keyof EventWeights | null => KINDS[name]

/** Strength of an event relative to a purchase, in [0, 1]. */
export function eventStrength(name: EventName): number {
  const kind = KINDS[name]
  return kind ? EVENT_WEIGHTS[kind] / EVENT_WEIGHTS.purchase : 0
}
