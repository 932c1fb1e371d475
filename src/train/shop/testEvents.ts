/** @module Turns a shop in memory into the lines of a log, for tests. */
import type { Shop } from './shop.ts'
import type { ShopEvent } from './testWrite.ts'

/** Lines of the log of a shop in memory, shopper by shopper, then the searches. */
export function shopEvents({ items, shoppers, searches = [] }: Shop): ShopEvent[] {
  const events = shoppers.flatMap(({ id, interactions }) =>
    interactions.map(({ item, name, time, session }): ShopEvent => {
      return { shopper: id, event: name, item: items[item].id, time, session }
    }),
  )
  return [...events, ...searches.map((one): ShopEvent => ({ event: 'search', item: '', ...one }))]
}
