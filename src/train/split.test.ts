import { DAY } from '@nearside/core/time.ts'
import { expect, it } from 'vitest'
import type { Shop } from './shop/shop.ts'
import { splitShop } from './split.ts'

const START = Date.parse('2024-01-01')

/** Twelve shoppers with one purchase per day for ten days. One shopper also has a purchase ten years later. */
function shop(): Shop {
  const shoppers = Array.from({ length: 12 }, (_, s) => ({
    id: `s${s}`,
    interactions: Array.from({ length: 10 }, (_, day) => ({
      item: day % 2,
      name: 'purchase' as const,
      time: START + (day === 9 && s === 3 ? 3650 : day) * DAY,
      session: String(day),
    })),
  }))
  const items = [{ id: 'a' }, { id: 'b' }]
  return { name: 'made', items, shoppers, from: START, to: START + 3650 * DAY, dayOnly: true }
}

it('splitShop ignores events after the training limit, and refuses a log that ends in the future', () => {
  const split = (until: number | null) =>
    splitShop(shop(), until, { fraction: 0 }, 1, START + 20 * DAY)
  expect(split(START + 8 * DAY)).toMatchObject({ to: START + 7 * DAY, heldOut: 0 })
  expect(() => split(null)).toThrow('goes on until 2033-12-29, which is in the future')
})
