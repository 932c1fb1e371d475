/** @module What an order log knows of each product: prices over its months, orders, its season. */
import type { HistoryLine } from '../../src/storefront/history.ts'

export interface Purchase {
  readonly item: string
  /** UTC, ISO 8601. */
  readonly time: string
  readonly order: string
  readonly price: number
}

/** A month's price needs as many purchases, or one odd order would be the price. */
const LEAST_PURCHASES = 3
/** A season is a month with this share of a product's orders, if it has enough of them. */
const SEASON_SHARE = 0.25
const LEAST_ORDERS = 20

/** In the order of first purchases; products that no month has a price of are left out. */
export function historiesOf(purchases: Iterable<Purchase>): HistoryLine[] {
  return [...groups(purchases, ({ item }) => item)].flatMap(([id, own]) => {
    const months = groups(own, ({ time }) => time.slice(0, 7))
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

function groups(purchases: Iterable<Purchase>, keyOf: (purchase: Purchase) => string) {
  const byKey = new Map<string, Purchase[]>()
  for (const purchase of purchases) {
    const key = keyOf(purchase)
    const known = byKey.get(key)
    if (known) known.push(purchase)
    else byKey.set(key, [purchase])
  }
  return byKey
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
}

/** @param months 1–12, one an order */
function season(months: readonly number[]): number {
  const counts = new Array<number>(13).fill(0)
  for (const month of months) counts[month]++
  const most = counts.indexOf(Math.max(...counts))
  return months.length >= LEAST_ORDERS && counts[most] / months.length >= SEASON_SHARE ? most : 0
}
