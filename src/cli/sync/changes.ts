/** @module Keeps the last good prices where a feed has none, and refuses implausible feeds. */
import { isInOther } from '@nearside/core/catalog/changesOf.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { type LiveChanges, withLive } from '@nearside/core/catalog/live.ts'
import { invalidInput } from '@nearside/core/error.ts'

/** Usual price, and price in a sale; 0 stands for a missing price. */
const pricesOf = ({ price = 0, sale }: Item) => [price, sale?.price ?? price]
const isPriced = (item: Item) => !pricesOf(item).includes(0)

/**
 * Restores the last good price of each product whose price became 0, went missing or is in another currency. A product
 * that the published catalog has without a price, or for 0, keeps the feed's price.
 * @param live changes that devices apply to the published catalog now
 * @param current products of the feed
 * @returns the feed's products, and the ids of those whose price was restored
 */
export function keepGoodPrices(
  published: readonly Item[],
  live: LiveChanges | null,
  current: readonly Item[],
): { readonly items: readonly Item[]; readonly kept: readonly string[] } {
  const priced = published.filter(isPriced)
  // If `live.json` removed a product or gave it the price 0, its last good price is the published price.
  const last = [...priced, ...withLive(priced, live).filter(isPriced)]
  const good = new Map(last.map((item) => [item.id, item]))
  const kept: string[] = []
  const items = current.map((next) => {
    const item = good.get(next.id)
    if (!item || (isPriced(next) && !isInOther(item, next))) return next
    kept.push(next.id)
    const { price, sale, regularPrice, currency } = item
    return { ...next, price, sale, regularPrice, currency }
  })
  return { items, kept }
}

/** Maximum share of the products that may disappear, sell out or be added between two publications. */
const MOST_MOVED = 1 / 3
/** Maximum share of the prices that may be missing, 0, in another currency or changed `FACTOR`-fold. */
const MOST_ODD = 0.1
const FACTOR = 5

/** Whether `count` of `of` products make a feed implausible: more than `share` of them, and at least three or all. */
const isMany = (count: number, of: number, share: number) =>
  count > share * of && count >= Math.min(3, of)

/**
 * Refuses a feed that differs from the published catalog more than a shop changes in a day.
 * @throws NearsideError `input-invalid` for such a feed
 */
export function refuseImplausible(
  published: readonly Item[],
  current: readonly Item[],
  { added }: LiveChanges,
): void {
  const now = new Map(current.map((item) => [item.id, item]))
  const sold = published.filter(({ available }) => available !== false)
  const away = sold.filter(({ id }) => now.get(id)?.available === false || !now.has(id))
  const priced = published.filter(({ id, price }) => price && now.has(id))
  const odd = priced.filter((item) => {
    const { price = 0, regularPrice: usual = price } = item
    const next = now.get(item.id) ?? item
    const isOdd = (asked: number) => asked <= price / FACTOR || asked >= price * FACTOR
    return (
      pricesOf(next).some(isOdd) ||
      (next.regularPrice ?? usual) >= usual * FACTOR ||
      isInOther(item, next)
    )
  })
  const refuse = (why: string): never => {
    throw invalidInput(`${why}; if that is true, publish the new catalog`)
  }
  if (isMany(away.length, sold.length, MOST_MOVED))
    refuse(`${away.length} of ${sold.length} products on sale are gone or sold out`)
  if (isMany(odd.length, priced.length, MOST_ODD))
    refuse(
      `${odd.length} of ${priced.length} prices are missing, 0, in another currency, or ${FACTOR} times what they were`,
    )
  if (isMany(added.length, published.length, MOST_MOVED))
    refuse(`${added.length} products are new, beside ${published.length} published ones`)
}
