/**
 * @module Keeps some items from training entirely, title and all, so that it can be asked how the
 * model ranks what appears after it was made.
 */

import { NearsideError } from '../../src/core/error.ts'
import { isHeldOut } from '../../src/train/holdout.ts'
import type { PriceLog } from '../../src/train/shop/prices.ts'
import type { Shop } from '../../src/train/shop/shop.ts'

/**
 * The shop without about `fraction` of its items, drawn by id and seed alone, and without every event
 * of theirs; the log's first and last day stay what they were.
 * @throws NearsideError `input-invalid` where fewer than two items or no event would be left
 */
export function withholdItems(shop: Shop, fraction: number, seed: number): Shop {
  const rows = new Map<number, number>()
  const items = shop.items.filter(({ id }, row) => {
    if (isHeldOut(`item ${id}`, fraction, seed)) return false
    rows.set(row, rows.size)
    return true
  })
  const shoppers = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.flatMap((one) => {
      const item = rows.get(one.item)
      return item === undefined ? [] : [{ ...one, item }]
    }),
  }))
  if (items.length < 2 || shoppers.every(({ interactions }) => interactions.length === 0))
    throw new NearsideError(
      'input-invalid',
      `withholding ${fraction} of ${shop.items.length} items leaves nothing to train on`,
    )
  const prices = shop.prices && remapped(shop.prices, rows)
  return { ...shop, items, shoppers, ...(prices && { prices }) }
}

function remapped(prices: PriceLog, rows: ReadonlyMap<number, number>): PriceLog {
  return new Map(
    [...prices].flatMap(([old, history]) => {
      const row = rows.get(old)
      return row === undefined ? [] : [[row, history] as const]
    }),
  )
}
