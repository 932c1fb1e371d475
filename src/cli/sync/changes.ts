/** @module Computes changes between the published catalog and the shop's feed, and refuses implausible feeds. */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { LiveChanges, LiveValues } from '@nearside/core/catalog/live.ts'
import { NearsideError } from '@nearside/core/error.ts'

const valuesOf = ({ id, price, regularPrice, sale, available }: Item): LiveValues => ({
  ...{ id, price, regularPrice, sale },
  available: available === false ? false : undefined,
})

/** @param current products of the feed */
export function changesOf(published: readonly Item[], current: readonly Item[]): LiveChanges {
  const now = new Map(current.map((item) => [item.id, item]))
  const before = new Set(published.map(({ id }) => id))
  const changed = published.flatMap((item) => {
    const other = now.get(item.id)
    if (!other) return []
    // A usual price of 0 removes the usual price that open pages have.
    const { regularPrice = item.regularPrice && 0 } = other
    const values = valuesOf({ ...other, regularPrice })
    return JSON.stringify(values) === JSON.stringify(valuesOf(item)) ? [] : values
  })
  return {
    changed,
    gone: published.flatMap(({ id }) => (now.has(id) ? [] : id)),
    added: current.filter(({ id }) => !before.has(id)),
  }
}

/** Maximum share of the products that may disappear, sell out or be added between two publications. */
const MOST_MOVED = 1 / 3
/** Maximum share of the prices that may be missing, become 0 or change `FACTOR`-fold. */
const MOST_ODD = 0.1
const FACTOR = 5

/** Whether so many products make a feed implausible. In a small shop, it takes three products, or all. */
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
  const odd = priced.filter(({ id, price = 0, regularPrice: usual = price }) => {
    const { price: next = 0, sale, regularPrice = usual } = now.get(id) ?? {}
    const isOdd = (asked: number) => asked <= price / FACTOR || asked >= price * FACTOR
    return [next, sale?.price ?? next].some(isOdd) || regularPrice >= usual * FACTOR
  })
  const other = published.find(({ id, currency }) => {
    const next = now.get(id)?.currency
    return currency && next && currency !== next
  })
  const refuse = (why: string): never => {
    throw new NearsideError('input-invalid', `${why}; if that is true, publish the new catalog`)
  }
  if (other) refuse(`${other.id} costs ${now.get(other.id)?.currency} instead of ${other.currency}`)
  if (isMany(away.length, sold.length, MOST_MOVED))
    refuse(`${away.length} of ${sold.length} products on sale are gone or sold out`)
  if (isMany(odd.length, priced.length, MOST_ODD))
    refuse(
      `${odd.length} of ${priced.length} prices are missing, 0, or ${FACTOR} times what they were`,
    )
  if (isMany(added.length, published.length, MOST_MOVED))
    refuse(`${added.length} products are new, beside ${published.length} published ones`)
}
