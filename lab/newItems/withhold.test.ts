import { expect, test } from 'vitest'
import type { Shop } from '../../src/train/shop/shop.ts'
import { withholdItems } from './withhold.ts'

const shop: Shop = {
  name: 'shop',
  items: Array.from({ length: 30 }, (_, i) => ({ id: `i${i}`, title: `thing ${i}` })),
  shoppers: Array.from({ length: 10 }, (_, s) => ({
    id: `s${s}`,
    interactions: Array.from({ length: 6 }, (_, k) => {
      const item = (7 * s + k) % 30
      return { item, name: 'purchase' as const, time: k, session: String(k) }
    }),
  })),
  prices: new Map(Array.from({ length: 30 }, (_, i) => [i, { days: [0], prices: [i + 1] }])),
  from: 0,
  to: 5,
  dayOnly: true,
}

test('withheld items leave no trace, and what is left stays together', () => {
  const left = withholdItems(shop, 0.2, 1)
  const kept = new Set(left.items.map(({ id }) => id))
  expect(kept.size).toBeGreaterThan(15)
  expect(kept.size).toBeLessThan(30)
  const isOut = (item: number) => !kept.has(shop.items[item].id)
  const changed: Shop = {
    ...shop,
    items: shop.items.map((item, row) => (isOut(row) ? { ...item, title: 'other words' } : item)),
    shoppers: shop.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions.filter(({ item }, k) => !isOut(item) || k % 2 === 0),
    })),
  }
  expect(withholdItems(changed, 0.2, 1)).toEqual(left)
  const bought = (of: Shop) =>
    of.shoppers.map(({ interactions }) => interactions.map(({ item }) => of.items[item].id))
  expect(bought(left)).toEqual(bought(shop).map((ids) => ids.filter((id) => kept.has(id))))
  expect(left.prices?.size).toBe(left.items.length)
  left.items.forEach(({ id }, row) => {
    expect(left.prices?.get(row)?.prices).toEqual([Number(id.slice(1)) + 1])
  })
})

test('withholding nearly everything is refused', () => {
  expect(() => withholdItems(shop, 0.99, 1)).toThrow(/nothing to train on/)
})
