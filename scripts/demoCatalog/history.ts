/** @module Builds each product's history from an order log: monthly prices, number of orders, season. */
import { groupBy } from '@nearside/core/groupBy.ts'
import type { HistoryLine } from '@nearside/storefront/history.ts'

export interface Purchase {
  readonly item: string
  /** Time in UTC, ISO 8601. */
  readonly time: string
  readonly order: string
  readonly price: number
}

/** Minimum number of purchases for a month's price, so that one unusual order does not set the price. */
const LEAST_PURCHASES = 3
/** A month with at least this share of a product's orders is its season, if the product has enough orders. */
const SEASON_SHARE = 0.25
const LEAST_ORDERS = 20

/** Histories in the sequence of the first purchases. A product without a price in any month has no history. */
export function historiesOf(purchases: Iterable<Purchase>): HistoryLine[] {
  return [...groupBy(purchases, ({ item }) => item)].flatMap(([id, own]) => {
    const months = groupBy(own, ({ time }) => time.slice(0, 7))
    const prices = [...months.values()]
      .filter(({ length }) => length >= LEAST_PURCHASES)
      .map((some) => median(some.map(({ price }) => price)))
    if (prices.length === 0) return []
    const orders = new Map(own.map(({ order, time }) => [order, Number(time.slice(5, 7))]))
    return [
      [id, Math.min(...prices), Math.max(...prices), orders.size, season([...orders.values()])],
    ]
  })
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
}

/** @param months month of each order, 1–12 */
function season(months: readonly number[]): number {
  const counts = new Array<number>(13).fill(0)
  for (const month of months) counts[month]++
  const most = counts.indexOf(Math.max(...counts))
  return months.length >= LEAST_ORDERS && counts[most] / months.length >= SEASON_SHARE ? most : 0
}
