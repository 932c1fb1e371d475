/** @module Settings for the shop's appearance and sorting, stored on this device. */
import { useSyncExternalStore } from 'react'
import { createStored } from './stored.ts'

export type Order = 'personal' | 'base'
type Theme = 'system' | 'light' | 'dark'

/** Sorting of all lists in the shop: personal, or the shop's own, which is the same for everybody. */
export const order = createStored<Order>('nearside-shop.order', (value) =>
  value === 'base' ? 'base' : 'personal',
)

export const theme = createStored<Theme>('nearside-shop.theme', (value) =>
  value === 'light' || value === 'dark' ? value : 'system',
)

/**
 * Whether the shopper refused storage, so that no later visit asks again. If the shopper agrees,
 * the personalizer itself stores the consent.
 */
export const declined = createStored('nearside-shop.declined', (value) => value === true, 'promise')

/**
 * Sets the page's `data-theme` and `data-order` whenever a setting changes, in any tab. `beforePaint.ts` sets the
 * initial values before the first paint.
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

/** Loads the font of the texts, then uses it. Before that, or if loading fails, texts show in the fallback font. */
export async function showTypeface({ dataset }: HTMLElement): Promise<void> {
  const faces = await document.fonts.load('1em Figtree').catch(() => [])
  if (faces.length > 0) dataset.face = ''
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

/** Whether the page is dark now, by the shopper's setting or the system's. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, isDark, () => false)
}
