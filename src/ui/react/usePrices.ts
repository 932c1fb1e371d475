/** @module Hook: the products at their prices of the moment. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { atPrices } from '@nearside/core/catalog/sale.ts'
import { useEffect, useMemo, useState } from 'react'
import { followPrices } from '../lists/followPrices.ts'

/** A server and the first rendering show usual prices, because their page may be older than a sale. */
export function usePrices<TItem extends Item>(items: readonly TItem[]): readonly TItem[] {
  const [time, setTime] = useState<number | null>(null)
  useEffect(() => followPrices(items, time, setTime), [items, time])
  return useMemo(() => (time === null ? items : atPrices(items, time)), [items, time])
}
