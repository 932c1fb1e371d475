/** @module React context for every page: the catalog, the items to show first, and a function to capture events. */
import { createContext, useContext, useEffect, useState } from 'react'
import type { CaptureInput } from '../index.ts'
import type { Catalog } from './catalog.ts'
import type { Signal } from './signal.ts'

export interface Shop {
  readonly catalog: Catalog
  /** Captures a GA4 event on this device only, once the personalizer has started. */
  readonly capture: (event: CaptureInput) => void
  /** Whether personalisation could not start, so that no list is personal. */
  readonly unavailable: boolean
  /** Items that a prerendered page shows until this shopper's list arrives; undefined after the visit's first page. */
  readonly bestsellers: Signal<readonly string[] | undefined>
  /** Item last viewed in this visit, in memory only. (The view event is stored by the personalizer.) */
  readonly lastLooked: Signal<string | null>
}

export const ShopContext = createContext<Shop | null>(null)

export function useShop(): Shop {
  const shop = useContext(ShopContext)
  if (!shop) throw new Error('useShop needs a <ShopContext> around it')
  return shop
}

/**
 * Returns the prerendered page's items while the first page of the visit is open. Later pages don't need them, because
 * the shopper's own list is then available at once.
 */
export function useBestsellers(): readonly string[] | undefined {
  const { bestsellers } = useShop()
  const [first] = useState(bestsellers.get)
  useEffect(() => () => bestsellers.set(undefined), [bestsellers])
  return first
}
