/** @module Page `/wishlist`; the wishlist is stored on this device. */

import { useMemo } from 'react'
import { wishlist } from '../basket.ts'
import { Page } from '../parts/Page.tsx'
import { Card } from '../parts/ProductCard.tsx'
import { Say } from '../parts/Say.tsx'
import { unranked, useStockAnswers } from '../parts/StockList.tsx'
import { ForYou } from '../parts/shelves.tsx'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'

export function Wishlist() {
  const { catalog } = useShop()
  const wished = useSignal(wishlist)
  const items = useMemo(() => wished.flatMap((id) => catalog.get(id) ?? []), [wished, catalog])
  const { itemsOf, failed, answered } = useStockAnswers(items, [words('why.wished')])
  return (
    <Page title={words('wishlist.title')}>
      {/* If the only wish was removed, the line with Undo stands in its place. */}
      {items.length === 0 && !answered ? (
        <p className="empty">
          <Say text={words('wishlist.empty')} />
        </p>
      ) : (
        <ul className="grid" aria-label={words('wishlist.title')}>
          {itemsOf(
            items.map((item, at) => ({
              ...{ item, position: at + 1 },
              recommendation: unranked(item.id, at),
            })),
            ({ item }, _, menu) => (
              <li key={item.id} className="grid-item">
                <Card item={item} />
                {menu}
              </li>
            ),
          )}
        </ul>
      )}
      {failed && (
        <p className="empty" role="alert">
          {words('trouble')}
        </p>
      )}
      <ForYou />
    </Page>
  )
}
