/** @module Choices of how the shop looks and sorts, kept on this device. */
import { createStored } from './stored.ts'

export type Order = 'personal' | 'base'
export type Theme = 'system' | 'light' | 'dark'

/** Personal, or the shop's own order, which is the same for everybody. Holds for the whole shop. */
export const order = createStored<Order>('nearside-shop.order', (value) =>
  value === 'base' ? 'base' : 'personal',
)

export const theme = createStored<Theme>('nearside-shop.theme', (value) =>
  value === 'light' || value === 'dark' ? value : 'system',
)

/** Sets the page's `data-theme`, now and whenever the choice changes, in whichever tab. */
export function followTheme(root: HTMLElement): void {
  const apply = () => {
    root.dataset.theme = theme.get()
  }
  theme.subscribe(apply)
  apply()
}

/** Whether the page is dark at the moment, whoever decided it. */
export function isDark(chosen: Theme): boolean {
  return chosen === 'system'
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : chosen === 'dark'
}
