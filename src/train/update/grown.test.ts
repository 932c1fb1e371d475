import { tinyModel } from '@nearside/core/model/testModel.ts'
import { DAY } from '@nearside/core/time.ts'
import { expect, test } from 'vitest'
import { hashOfHeldOut } from '../holdout.ts'
import type { Shop } from '../shop/shop.ts'
import { requireGrown, requireSameHeldOut, sameHoldout } from './grown.ts'

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

test('an update accepts a log that continues after the model’s training', () => {
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
])('an update refuses %s', (_, changes, until, message) => {
  expect(() => requireGrown(model, { ...shop, ...changes }, until)).toThrow(message)
})

test('an update keeps the parent model’s hold-out share, or requires the parent’s hold-out file', () => {
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

test('a hold-out file may add only shoppers who are new in the log', () => {
  const until = Date.parse(model.manifest.data.until)
  const history = (id: string, time: number) => ({
    id,
    interactions: [{ item: 0, name: 'purchase' as const, time, session: id }],
  })
  const earlier = [...'abcd'].map((id) => history(id, from))
  const grown = { ...shop, shoppers: [...earlier, history('new', until)] }
  const named = (...ids: string[]) => ({ shoppers: new Set(ids) })
  const { hash } = hashOfHeldOut({ ...shop, shoppers: earlier }, named('a', 'b', 'gone'), until)
  const holdout = { fraction: 0, shoppers: 2, hash }
  const byFile = { ...model, manifest: { ...model.manifest, holdout } }
  const check = (...ids: string[]) =>
    requireSameHeldOut(byFile, grown, named(...ids), { heldOut: ids.length })
  expect(() => check('b', 'a')).not.toThrow()
  expect(() => check('b', 'a', 'new')).not.toThrow()
  for (const others of [['a', 'c'], ['a', 'b', 'c'], ['a'], ['ab', 'c']])
    expect(() => check(...others)).toThrow(/names other shoppers/)
})

test('a log with fewer held-out shoppers than before is refused', () => {
  const check = (heldOut: number) => requireSameHeldOut(model, shop, { fraction: 0.2 }, { heldOut })
  expect(() => check(3)).not.toThrow()
  expect(() => check(2)).toThrow(/ 3 shoppers.* 2\b/)
})
