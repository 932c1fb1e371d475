/** @module What an order log says about each item: its descriptions, prices, and last sale. */
import type { CleanRow } from './cleanLog.ts'

export interface ItemFacts {
  readonly id: string
  /** Description as written → lines. */
  readonly titles: ReadonlyMap<string, number>
  /** Median over the item's lines; undefined where none had a price. */
  readonly price?: number
  /** Last purchase, milliseconds since the epoch. */
  readonly lastSold: number
}

export class FactCollector {
  readonly #titles = new Map<string, Map<string, number>>()
  readonly #prices = new Map<string, number[]>()
  readonly #lastSold = new Map<string, number>()

  add({ event, title, price }: CleanRow): void {
    const id = event.item
    if (id === '') return
    if (!this.#lastSold.has(id)) {
      this.#lastSold.set(id, Number.NEGATIVE_INFINITY)
      this.#titles.set(id, new Map())
      this.#prices.set(id, [])
    }
    if (event.event === 'purchase')
      this.#lastSold.set(id, Math.max(this.#lastSold.get(id)!, event.time))
    const titles = this.#titles.get(id)!
    if (title !== '') titles.set(title, (titles.get(title) ?? 0) + 1)
    if (price !== null && price > 0) this.#prices.get(id)!.push(price)
  }

  /** By id, so that the order of the log's lines does not matter. */
  facts(): ItemFacts[] {
    return [...this.#titles.keys()].sort(compareText).map((id) => ({
      id,
      titles: this.#titles.get(id)!,
      price: median(this.#prices.get(id)!),
      lastSold: this.#lastSold.get(id)!,
    }))
  }
}

/** By code unit: the same everywhere, unlike `localeCompare`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** To the hundredth; undefined for none. */
function median(values: number[]): number | undefined {
  if (values.length === 0) return undefined
  values.sort((a, b) => a - b)
  const middle = values.length >> 1
  const value = values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  return Math.round(value * 100) / 100
}
