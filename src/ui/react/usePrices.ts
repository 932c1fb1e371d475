/** @module Hook that returns the products with their current prices. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { atPrices } from '@nearside/core/catalog/sale.ts'
import { useEffect, useMemo, useState } from 'react'
import { followPrices } from '../lists/followPrices.ts'

/** Products with current prices. A server and the first rendering use usual prices: the page may outlive a sale. */
export function usePrices<TItem extends Item>(items: readonly TItem[]): readonly TItem[] {
  const [time, setTime] = useState<number | null>(null)
  useEffect(() => followPrices(items, time, setTime), [items, time])
  return useMemo(() => (time === null ? items : atPrices(items, time)), [items, time])
}
