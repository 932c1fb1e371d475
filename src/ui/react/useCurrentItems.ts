/** @module Hook that returns the products with current stock and prices, also those of running sales. */
import type { Personalizer } from '@nearside/browser/api.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { withLive } from '@nearside/core/catalog/live.ts'
import { atPrices } from '@nearside/core/catalog/sale.ts'
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { followPrices } from '../lists/followPrices.ts'

const none = () => null
const nothingToStop = () => {}

/**
 * Returns the products with current stock and prices. A server and the first rendering show usual prices, because a
 * sale can end before the page is shown.
 * @param isCatalog whether these are all products, so that new products are added to them
 */
export function useCurrentItems<TItem extends Item>(
  given: readonly TItem[],
  personalizer: Personalizer | null,
  isCatalog: boolean,
): readonly TItem[] {
  const [time, setTime] = useState<number | null>(null)
  const subscribe = useCallback(
    (listener: () => void) => personalizer?.subscribe(listener) ?? nothingToStop,
    [personalizer],
  )
  const read = useCallback(() => personalizer?.getSnapshot().live ?? null, [personalizer])
  const live = useSyncExternalStore(subscribe, read, none)
  const items = useMemo(
    () => withLive(given, live && !isCatalog ? { ...live, added: [] } : live),
    [given, live, isCatalog],
  )
  useEffect(() => followPrices(items, time, setTime), [items, time])
  return useMemo(() => (time === null ? items : atPrices(items, time)), [items, time])
}
