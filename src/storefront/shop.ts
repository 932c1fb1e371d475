/** @module What every page can ask for: catalog, order, and capturing what the shopper does. */
import { createContext, useContext, useEffect, useState } from 'react'
import type { CaptureInput } from '../index.ts'
import type { Catalog } from './catalog.ts'
import type { Signal } from './signal.ts'

export interface Shop {
  readonly catalog: Catalog
  /** GA4 event; kept on this device only. Held back until the personalizer has started. */
  readonly capture: (event: CaptureInput) => void
  /** Whether the shop runs without personal order. */
  readonly unavailable: boolean
  /** What the first page shows until this shopper's list is there; dropped with that page. */
  readonly bestsellers: Signal<readonly string[] | undefined>
  /** The item last looked at in this visit; what outlives it is the personalizer's to keep and erase. */
  readonly lastLooked: Signal<string | null>
}

export const ShopContext = createContext<Shop | null>(null)

export function useShop(): Shop {
  const shop = useContext(ShopContext)
  if (!shop) throw new Error('useShop outside of the shop')
  return shop
}

/** Of the first page only: on the way back, the shopper's own list is there at once. */
export function useBestsellers(): readonly string[] | undefined {
  const { bestsellers } = useShop()
  const [first] = useState(bestsellers.get)
  useEffect(() => () => bestsellers.set(undefined), [bestsellers])
  return first
}
