/** @module Choices of how the shop looks and sorts, kept on this device. */
import { useSyncExternalStore } from 'react'
import { createStored } from './stored.ts'

export type Order = 'personal' | 'base'
type Theme = 'system' | 'light' | 'dark'

/** Personal, or the shop's own order, which is the same for everybody. Holds for the whole shop. */
export const order = createStored<Order>('nearside-shop.order', (value) =>
  value === 'base' ? 'base' : 'personal',
)

export const theme = createStored<Theme>('nearside-shop.theme', (value) =>
  value === 'light' || value === 'dark' ? value : 'system',
)

/** The shopper's no to storing what the shop learns, so that they aren't asked at each visit; a yes is the personalizer's. */
export const declined = createStored('nearside-shop.declined', (value) => value === true)

/**
 * Sets the page's `data-theme` and `data-order`, whenever a choice changes, in whichever tab; what
 * they are at first was set before the first paint (`beforePaint.ts`).
 */
export function followChoices({ dataset }: HTMLElement): void {
  const apply = () => {
    dataset.theme = theme.get()
    dataset.order = order.get()
  }
  theme.subscribe(apply)
  order.subscribe(apply)
  apply()
}

const DARK = '(prefers-color-scheme: dark)'

function subscribe(listener: () => void): () => void {
  const system = matchMedia(DARK)
  system.addEventListener('change', listener)
  const unsubscribe = theme.subscribe(listener)
  return () => {
    system.removeEventListener('change', listener)
    unsubscribe()
  }
}

function isDark(): boolean {
  const chosen = theme.get()
  return chosen === 'system' ? matchMedia(DARK).matches : chosen === 'dark'
}

/** Whether the page is dark at the moment, whoever decided it. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, isDark, () => false)
}
