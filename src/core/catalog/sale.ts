/**
 * @module Sales: a device shows a sale's price only while the sale runs by its own clock, because a catalog may be
 * older than the end of a sale.
 */
import { DAY } from '../time.ts'
import type { Item } from './item.ts'

/** Milliseconds since the epoch; NaN, which no comparison fits, for a date that can't be read. */
const beginOf = ({ from }: NonNullable<Item['sale']>): number =>
  from ? Date.parse(from) : Number.NEGATIVE_INFINITY

function endOf({ until }: NonNullable<Item['sale']>): number {
  if (!until) return Number.POSITIVE_INFINITY
  return Date.parse(until) + (until.includes('T') ? 0 : DAY)
}

/** The item at its price of that time. @param now milliseconds since the epoch */
export function atPrice<TItem extends Item>(item: TItem, now: number): TItem {
  const { sale } = item
  // A page's products may have a field of that name of their own, such as `sale: true`.
  const isOn = sale?.price !== undefined && now >= beginOf(sale) && now < endOf(sale)
  return isOn ? { ...item, price: sale.price } : item
}

/** The items at their prices of that time; the same array where no sale runs. */
export function atPrices<TItem extends Item>(
  items: readonly TItem[],
  now: number,
): readonly TItem[] {
  const priced = items.map((item) => atPrice(item, now))
  return priced.every((item, at) => item === items[at]) ? items : priced
}

/** Time after `now` at which the next sale begins or ends; infinite for none. */
export function nextChange(items: readonly Item[], now: number): number {
  let next = Number.POSITIVE_INFINITY
  for (const { sale } of items)
    if (sale)
      for (const time of [beginOf(sale), endOf(sale)]) if (time > now && time < next) next = time
  return next
}
