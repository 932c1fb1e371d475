/** @module What was looked at last. */

import { viewed } from '../basket.ts'
import { order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'
import { ShelfOutline } from './Outlines.tsx'
import { Card } from './ProductCard.tsx'

/** @param except the product whose page this is */
export function RecentlyViewed({ except }: { readonly except?: string }) {
  const { catalog } = useShop()
  const ids = useSignal(viewed)
  const isPersonal = useSignal(order) === 'personal'
  if (catalog.enoughFor !== null) return <ShelfOutline />
  const items = ids
    .filter((id) => id !== except)
    .flatMap((id) => catalog.get(id) ?? [])
    .slice(0, 6)
  if (items.length === 0 || !isPersonal) return null
  return (
    <section aria-labelledby="viewed-title">
      <h2 id="viewed-title">{words.recentlyViewed}</h2>
      <ul className="shelf shelf-fixed">
        {items.map((item) => (
          <li key={item.id} className="grid-item">
            <Card item={item} />
          </li>
        ))}
      </ul>
    </section>
  )
}
