/**
 * @module Applies sale prices. A sale runs by the device's clock, because the device's catalog can be older than the end
 * of the sale.
 */
import { DAY } from '../time.ts'
import type { Item } from './item.ts'

/**
 * Beginning in milliseconds since the epoch; NaN for an unreadable date, so that comparisons fail and the sale never
 * runs.
 */
const beginOf = ({ from }: NonNullable<Item['sale']>): number =>
  from ? Date.parse(from) : Number.NEGATIVE_INFINITY

function endOf({ until }: NonNullable<Item['sale']>): number {
  if (!until) return Number.POSITIVE_INFINITY
  return Date.parse(until) + (until.includes('T') ? 0 : DAY)
}

/** @param now milliseconds since the epoch */
export function atPrice<TItem extends Item>(item: TItem, now: number): TItem {
  const { sale } = item
  // A page's products may have a field `sale` of their own, such as `sale: true`, so only a `sale` with a price counts.
  const isOn = sale?.price !== undefined && now >= beginOf(sale) && now < endOf(sale)
  if (!isOn) return item
  return { ...item, price: sale.price, regularPrice: item.regularPrice ?? item.price }
}

/** Items at their prices at `now`; the same array if no sale runs. */
export function atPrices<TItem extends Item>(
  items: readonly TItem[],
  now: number,
): readonly TItem[] {
  const priced = items.map((item) => atPrice(item, now))
  return priced.every((item, at) => item === items[at]) ? items : priced
}

/** Time at which a sale next begins or ends after `now`; infinite if none does. */
export function nextChange(items: readonly Item[], now: number): number {
  let next = Number.POSITIVE_INFINITY
  for (const { sale } of items)
    if (sale)
      for (const time of [beginOf(sale), endOf(sale)]) if (time > now && time < next) next = time
  return next
}
