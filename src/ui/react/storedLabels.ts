/** @module Strings that panel and console share, in a file of their own, so that neither loads the other's. */
import type { EventName } from '@nearside/core/events/event.ts'

const ACTIONS: Readonly<Record<EventName, string>> = {
  view_item: 'Looked at',
  view_item_list: 'Shown in a list',
  select_item: 'Clicked in a list',
  add_to_cart: 'Put in the basket',
  remove_from_cart: 'Taken out of the basket',
  add_to_wishlist: 'Put on the wishlist',
  purchase: 'Bought',
  search: 'Searched for',
}

export const STORED_ENGLISH = {
  /** Precedes the titles of products, or the words of a search. */
  action: ACTIONS,
  showAll: (n: number) => `Show all ${n}`,
  forget: 'Forget',
  forgetThis: (name: string) => `Forget ${name}`,
  contributeNeeds: 'For that, this browser has to keep what the shop learns.',
}
