/**
 * @module What the shopper has the personalizer forget, the shop forgets too, in every tab: a shelf
 * "Recently viewed" that still shows a forgotten product would make a liar of the panel, and so would
 * an order that was deleted.
 */

import type { EventName, Item, Personalizer } from '../index.ts'
import { viewed, wishlist } from './basket.ts'
import { orders, type PlacedOrder } from './orders.ts'
import type { Shop } from './shop.ts'
import { forgetShown, forgetVisit } from './story/visit.ts'

export function forgetTogether(
  personalizer: Personalizer,
  itemOf: (id: string) => Item | undefined,
  lastLooked: Shop['lastLooked'],
): Personalizer {
  return {
    ...personalizer,
    async forget(what) {
      await personalizer.forget(what)
      forgetShown()
      /** Whether what was done with the item is forgotten. */
      const gone = (done: EventName, id: string) =>
        (what.kind === 'events' && what.name === done) ||
        (what.kind === 'item' && what.name === id) ||
        (what.kind === 'category' && what.name === itemOf(id)?.category)
      viewed.set(viewed.get().filter((id) => !gone('view_item', id)))
      wishlist.set(wishlist.get().filter((id) => !gone('add_to_wishlist', id)))
      // A purchase goes as a whole, as the personalizer's does.
      const isKept = ({ lines }: PlacedOrder) => !lines.some(({ id }) => gone('purchase', id))
      orders.set(orders.get().filter(isKept))
      const looked = lastLooked.get()
      if (looked !== null && gone('view_item', looked)) lastLooked.set(null)
    },
    async erase() {
      await personalizer.erase()
      forgetVisit()
      wishlist.set([])
      orders.set([])
      viewed.set([])
      lastLooked.set(null)
    },
  }
}
