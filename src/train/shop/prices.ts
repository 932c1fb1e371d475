/**
 * @module Item prices over time, from the log. Orders of one day differ (quantities, vouchers), so a day's price is the
 * median of its orders' prices.
 */
import { LEAST_DISCOUNT } from '@nearside/core/features/context/context.ts'
import { firstIndex } from '@nearside/core/firstIndex.ts'
import { DAY } from '@nearside/core/time.ts'

/** Median prices of an item's days, ascending by day. */
interface PriceHistory {
  readonly days: readonly number[]
  readonly prices: readonly number[]
}

/** Price history by item row; items without a logged price are missing. */
export type PriceLog = ReadonlyMap<number, PriceHistory>

/** Number of last days whose median price is an item's usual price. */
const USUAL_DAYS = 120
/** Number of days for which a price counts as current. */
const CURRENT_DAYS = 14
/** Minimum number of days with a price among the `USUAL_DAYS`. */
const FEWEST_DAYS = 5
const LEAST_RATIO = Math.exp(LEAST_DISCOUNT)

export class PriceCollector {
  readonly #byItem = new Map<number, Map<number, number[]>>()

  /** @param time milliseconds since the epoch. @param price > 0 */
  add(item: number, time: number, price: number): void {
    const days = this.#byItem.get(item) ?? new Map<number, number[]>()
    this.#byItem.set(item, days)
    const day = Math.floor(time / DAY)
    const known = days.get(day)
    if (known) known.push(price)
    else days.set(day, [price])
  }

  log(): PriceLog {
    return new Map(
      [...this.#byItem].map(([item, byDay]) => {
        const days = [...byDay].sort(([a], [b]) => a - b)
        return [
          item,
          { days: days.map(([day]) => day), prices: days.map(([, all]) => median(all)) },
        ] as const
      }),
    )
  }
}

/** log(usual price / current price) of each item, ≥ 0, [items], from the days before the day of `time`. */
export function discountsAt(log: PriceLog, items: number, time: number): Float32Array {
  const today = Math.floor(time / DAY)
  const discounts = new Float32Array(items)
  for (const [item, { days, prices }] of log) {
    const end = firstIndex(days.length, (at) => days[at] >= today)
    if (end === 0 || days[end - 1] < today - CURRENT_DAYS) continue
    const start = firstIndex(end, (at) => days[at] >= today - USUAL_DAYS)
    if (end - start < FEWEST_DAYS) continue
    const current = prices[end - 1]
    let above = 0
    for (let k = start; k < end; k++) if (prices[k] >= current * LEAST_RATIO) above++
    // Skips the sort for the median if the median can't be above the current price, as for most items.
    if (above < (end - start) / 2) continue
    const discount = Math.log(median(prices.slice(start, end)) / current)
    if (discount >= LEAST_DISCOUNT) discounts[item] = discount
  }
  return discounts
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}
