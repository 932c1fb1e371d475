/** @module `/wishlist`: kept on this device. */

import { wishlist } from '../basket.ts'
import { Link } from '../parts/Link.tsx'
import { Page } from '../parts/Page.tsx'
import { Card } from '../parts/ProductCard.tsx'
import { ForYou } from '../parts/shelves.tsx'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'

export function Wishlist() {
  const { catalog } = useShop()
  const items = useSignal(wishlist).flatMap((id) => catalog.get(id) ?? [])
  return (
    <Page title="Your wishlist">
      {items.length === 0 ? (
        <p className="empty">
          Nothing on it yet. <Link href="/">Look around</Link>
        </p>
      ) : (
        <ul className="grid" aria-label="Your wishlist">
          {items.map((item) => (
            <li key={item.id} className="grid-item">
              <Card item={item} />
            </li>
          ))}
        </ul>
      )}
      <ForYou limit={6} />
    </Page>
  )
}
