/**
 * @module What the shopper has the personalizer forget, the shop forgets too: a shelf "Recently
 * viewed" that still shows a forgotten product would make a liar of the panel.
 */

import type { Item, Personalizer } from '../index.ts'
import { viewed, wishlist } from './basket.ts'
import { orders } from './orders.ts'
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
      const concerns = (id: string) =>
        (what.kind === 'events' && what.name === 'view_item') ||
        (what.kind === 'item'
          ? id === what.name
          : what.kind === 'category' && itemOf(id)?.category === what.name)
      viewed.set(viewed.get().filter((id) => !concerns(id)))
      const looked = lastLooked.get()
      if (looked !== null && concerns(looked)) lastLooked.set(null)
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
