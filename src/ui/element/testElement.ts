/** @module Products, and functions that read the element's shadow tree, for the element's tests. */

export const ITEMS = [
  { id: 'tin', title: 'Cake tin', price: 4.95, currency: 'GBP', category: 'Kitchen' },
  { id: 'mug', title: 'Tea mug', price: 2.5, currency: 'GBP', category: 'Kitchen' },
  { id: 'wick', title: 'Candle', price: 1.25, currency: 'GBP', category: 'Candles' },
  { id: 'glow', title: 'Lantern', price: 8.5, currency: 'GBP', category: 'Candles' },
]

/** Replaces the page by `html` and returns its first list of recommendations. */
export function show(html: string): HTMLElement {
  document.body.innerHTML = html
  return document.body.querySelector('nearside-recommendations') as HTMLElement
}

export const inside = (host: HTMLElement, selector: string) => [
  ...(host.shadowRoot as ShadowRoot).querySelectorAll<HTMLElement>(selector),
]
