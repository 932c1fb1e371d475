/** @module Reports when a price changes because a sale begins or ends while the page is open. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { nextChange } from '@nearside/core/catalog/sale.ts'

/** Maximum milliseconds until the clock is checked again, because timers stand still while a device sleeps. */
const LONGEST = 60_000

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
  let timer: ReturnType<typeof setTimeout>
  let due = nextChange(items, since ?? now())
  if (since === null && items.some(({ sale }) => sale)) due = now()
  function look(): void {
    if (now() >= due) {
      due = nextChange(items, now())
      onChange(now())
    }
    if (due < Number.POSITIVE_INFINITY) timer = setTimeout(look, Math.min(due - now(), LONGEST))
  }
  look()
  return () => clearTimeout(timer)
}
