/** @module Reports when a price changes because a sale begins or ends while the page is open. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { nextChange } from '@nearside/core/catalog/sale.ts'
import { followClock } from '@nearside/core/followClock.ts'

const timers = {
  set: (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds),
  clear: (timer: ReturnType<typeof setTimeout>) => clearTimeout(timer),
}

/**
 * Calls `onChange` whenever a price changes.
 * @param since time of the shown prices, milliseconds since the epoch; null: usual prices are shown, so `onChange` is
 *   called at once if any item has a sale
 * @returns function that stops following
 */
export function followPrices(
  items: readonly Item[],
  since: number | null,
  onChange: (now: number) => void,
  now: () => number = Date.now,
): () => void {
  const hasSale = items.some(({ sale }) => sale)
  const from = since ?? (hasSale ? Infinity : now())
  return followClock(from, (time) => nextChange(items, time), onChange, { now, timers })
}
