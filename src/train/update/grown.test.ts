import { expect, test } from 'vitest'
import { tinyModel } from '../../core/model/testModel.ts'
import { DAY } from '../../core/time.ts'
import type { Shop } from '../shop/shop.ts'
import { requireGrown, sameHoldout } from './grown.ts'

const model = tinyModel(12)
const from = Date.parse('2024-01-01')
const to = Date.parse('2024-03-05')
const shop: Shop = {
  name: 'tiny',
  items: model.itemIds.map((id) => ({ id })),
  shoppers: [{ id: 'a', interactions: [{ item: 0, name: 'purchase', time: from, session: 'a' }] }],
  from,
  to,
  dayOnly: false,
}

test('a log that goes on after the model is one that has grown', () => {
  expect(() => requireGrown(model, shop, to + 1)).not.toThrow()
})

test.each<[string, Partial<Shop>, number, RegExp]>([
  ['an older log', { to: Date.parse('2024-02-29') }, Infinity, /ends on 2024-02-29.*nothing new/],
  ['an earlier limit', {}, Date.parse('2024-02-01'), /ends on 2024-02-01.*nothing new/],
  ['another shop', { name: 'other' }, Infinity, /trained on 'tiny', the shop is 'other'/],
  [
    'another catalog',
    { items: shop.items.map(({ id }, i) => ({ id: i < 5 ? id : `other ${i}` })) },
    Infinity,
    /has 5 of the 12 items of version 1: train in full/,
  ],
  ['the new part alone', { from: from + 40 * DAY }, Infinity, /begins on 2024-02-10.*all of it/],
])('refuses %s', (_, changes, until, message) => {
  expect(() => requireGrown(model, { ...shop, ...changes }, until)).toThrow(message)
})

test('keeps the hold-out: its share, or the file that named it', () => {
  const named = { shoppers: new Set(['a']) }
  const byFile = {
    ...model,
    manifest: { ...model.manifest, holdout: { fraction: 0, shoppers: 1 } },
  }
  expect(sameHoldout(model, null)).toEqual({ fraction: 0.2 })
  expect(() => sameHoldout(model, named)).toThrow(/0.2/)
  expect(sameHoldout(byFile, named)).toBe(named)
  expect(() => sameHoldout(byFile, null)).toThrow(/give that file/)
})
