/** @module Hook that returns the products with current stock and prices, also those of running sales. */
import type { Personalizer } from '@nearside/browser/api.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { withLive } from '@nearside/core/catalog/live.ts'
import { atPrices } from '@nearside/core/catalog/sale.ts'
import { useEffect, useMemo, useState } from 'react'
import { followPrices } from '../lists/followPrices.ts'
import { useSnapshot } from './context.ts'

/**
 * A server and the first rendering show usual prices, because a sale can end before the page is shown.
 * @param isCatalog whether these are all products, so that new products are added to them
 */
export function useCurrentItems<TItem extends Item>(
  given: readonly TItem[],
  personalizer: Personalizer | null,
  isCatalog: boolean,
): readonly TItem[] {
  const [time, setTime] = useState<number | null>(null)
  const live = useSnapshot(personalizer, (snapshot) => snapshot.live)
  const items = useMemo(
    () => withLive(given, live && !isCatalog ? { ...live, added: [] } : live),
    [given, live, isCatalog],
  )
  useEffect(() => followPrices(items, time, setTime), [items, time])
  return useMemo(() => (time === null ? items : atPrices(items, time)), [items, time])
}
