/** @module Page `/wishlist`; the wishlist is stored on this device. */

import { wishlist } from '../basket.ts'
import { Page } from '../parts/Page.tsx'
import { Card } from '../parts/ProductCard.tsx'
import { Say } from '../parts/Say.tsx'
import { ForYou } from '../parts/shelves.tsx'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'

export function Wishlist() {
  const { catalog } = useShop()
  const items = useSignal(wishlist).flatMap((id) => catalog.get(id) ?? [])
  return (
    <Page title={words('wishlist.title')}>
      {items.length === 0 ? (
        <p className="empty">
          <Say text={words('wishlist.empty')} />
        </p>
      ) : (
        <ul className="grid" aria-label={words('wishlist.title')}>
          {items.map((item) => (
            <li key={item.id} className="grid-item">
              <Card item={item} />
            </li>
          ))}
        </ul>
      )}
      <ForYou />
    </Page>
  )
}
