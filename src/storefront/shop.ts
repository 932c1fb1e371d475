/** @module Context of every page: catalog, order, and a function to capture events. */
import { createContext, useContext, useEffect, useState } from 'react'
import type { CaptureInput } from '../index.ts'
import type { Catalog } from './catalog.ts'
import type { Signal } from './signal.ts'

export interface Shop {
  readonly catalog: Catalog
  /** Captures a GA4 event, stored on this device only. Waits until the personalizer has started. */
  readonly capture: (event: CaptureInput) => void
  /** Whether the shop runs without personal order. */
  readonly unavailable: boolean
  /** Items that the first page shows until this shopper's list arrives; removed with that page. */
  readonly bestsellers: Signal<readonly string[] | undefined>
  /** Item last viewed in this visit; the personalizer stores and erases everything longer-lived. */
  readonly lastLooked: Signal<string | null>
}

export const ShopContext = createContext<Shop | null>(null)

export function useShop(): Shop {
  const shop = useContext(ShopContext)
  if (!shop) throw new Error('useShop needs a <ShopContext> around it')
  return shop
}

/** Only for the first page: on a return, the shopper's own list is available at once. */
export function useBestsellers(): readonly string[] | undefined {
  const { bestsellers } = useShop()
  const [first] = useState(bestsellers.get)
  useEffect(() => () => bestsellers.set(undefined), [bestsellers])
  return first
}
