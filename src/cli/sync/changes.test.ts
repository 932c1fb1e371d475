import { changesOf } from '@nearside/core/catalog/changesOf.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { withLive } from '@nearside/core/catalog/live.ts'
import { parseLive } from '@nearside/core/catalog/parseLive.ts'
import { assert as check, integer, option, property, record, sample, uniqueArray } from 'fast-check'
import { expect, it, test } from 'vitest'
import { keepGoodPrices, refuseImplausible } from './changes.ts'

const price = integer({ min: 0, max: 9 })
const items = uniqueArray(
  record({
    id: integer({ min: 0, max: 20 }).map(String),
    price: option(price, { nil: undefined }),
    regularPrice: option(integer({ min: 1, max: 9 }), { nil: undefined }),
    sale: option(record({ price }), { nil: undefined }),
    available: option(integer({ min: 0, max: 1 }).map(Boolean), { nil: undefined }),
  }),
  { selector: ({ id }) => id },
)
const shown = (all: readonly Item[]) =>
  new Map(
    all.map(({ id, price, regularPrice, sale, available }) => [
      id,
      [price, regularPrice, sale, available !== false],
    ]),
  )

test('the published catalog with its changes equals the feed, also after a round trip through JSON', () => {
  check(
    property(items, items, (published, current) => {
      if (published.length === 0) return
      const changes = changesOf(published, current)
      const about = { catalog: 'a'.repeat(64), time: '2026-01-01T00:00:00Z', minutes: 5 }
      const read = parseLive(JSON.parse(JSON.stringify({ ...about, ...changes })))
      expect(shown(withLive(published, read))).toEqual(shown(current))
      expect(changesOf(withLive(published, read), current)).toEqual({
        changed: [],
        gone: [],
        added: [],
      })
    }),
  )
})

test('no product that had a price gets the price 0 or none, however many prices a feed lacks', () => {
  check(
    property(items, items, (published, current) => {
      const { items: good, kept } = keepGoodPrices(published, null, current)
      const before = new Map(published.map((item) => [item.id, item]))
      const isPriced = ({ price, sale }: Item) => Boolean(price) && sale?.price !== 0
      const feed = new Map(current.map((item) => [item.id, item]))
      expect(good.map(({ id }) => id)).toEqual(current.map(({ id }) => id))
      for (const item of good) {
        const [last, next] = [before.get(item.id), feed.get(item.id)]
        if (last && isPriced(last)) expect(isPriced(item)).toBe(true)
        if (!kept.includes(item.id)) expect(item).toBe(next)
        else expect(item).toMatchObject({ price: last?.price, sale: last?.sale })
      }
    }),
  )
})

test.each([
  ['was gone', { changed: [], gone: ['p'], added: [] }],
  ['cost 0 in an earlier live.json', { changed: [{ id: 'p', price: 0 }], gone: [], added: [] }],
])('a product that %s gets the published price if the feed’s price is 0', (_, live) => {
  const [item, free] = [
    { id: 'p', price: 10 },
    { id: 'p', price: 0 },
  ]
  expect(keepGoodPrices([item], live, [free])).toEqual({ items: [item], kept: ['p'] })
})

const SHOP = Array.from({ length: 30 }, (_, i) => ({ id: `p${i}`, price: 10 + i, currency: 'EUR' }))
const judge = (current: readonly Item[], published: readonly Item[] = SHOP) =>
  refuseImplausible(published, current, changesOf(published, current))
const each = (count: number, change: (item: Item) => Partial<Item>) =>
  SHOP.map((item, i) => (i < count ? { ...item, ...change(item) } : item))

it.each<[string, readonly Item[]]>([
  ['ten of thirty gone', SHOP.slice(10)],
  ['ten sold out', each(10, () => ({ available: false }))],
  ['three prices ten times as high', each(3, ({ price = 0 }) => ({ price: 10 * price }))],
  ['every price halved', each(30, ({ price = 0 }) => ({ price: price / 2 }))],
  ['every price on sale', each(30, ({ price = 0 }) => ({ sale: { price: price * 0.3 } }))],
  ['every product struck through', each(30, ({ price = 0 }) => ({ regularPrice: 2 * price }))],
  ['ten new', [...SHOP, ...SHOP.slice(0, 10).map(({ id }) => ({ id: `new ${id}` }))]],
  ['one price in another currency', each(1, () => ({ currency: 'USD' }))],
  ['no currency named', each(30, () => ({ currency: undefined }))],
])('a feed with %s is used', (_, current) => {
  expect(() => judge(current)).not.toThrow()
})

it.each<[string, readonly Item[]]>([
  ['eleven of thirty gone', SHOP.slice(11)],
  ['eleven sold out', each(11, () => ({ available: false }))],
  ['six gone and five sold out', each(11, () => ({ available: false })).slice(6)],
  ['every price 0', each(30, () => ({ price: 0 }))],
  ['every price missing', each(30, () => ({ price: undefined }))],
  ['half of the prices ten times as high', each(15, ({ price = 0 }) => ({ price: 10 * price }))],
  ['prices in cents', each(30, ({ price = 0 }) => ({ price: 100 * price }))],
  ['four prices at a tenth', each(4, ({ price = 0 }) => ({ price: price / 10 }))],
  ['usual prices in cents', each(4, ({ price = 0 }) => ({ regularPrice: 100 * price }))],
  ['every sale for nothing', each(30, () => ({ sale: { price: 0 } }))],
  ['four prices in another currency', each(4, () => ({ currency: 'USD' }))],
  ['another shop’s products', SHOP.map(({ id }) => ({ id: `other ${id}`, price: 1 }))],
  ['eleven new', [...SHOP, ...SHOP.slice(0, 11).map(({ id }) => ({ id: `new ${id}` }))]],
  ['nothing', []],
])('a feed with %s is refused', (_, current) => {
  expect(() => judge(current)).toThrow(expect.objectContaining({ code: 'input-invalid' }))
})

test('in a small shop, a feed may lack two of three products, but not all', () => {
  const few = SHOP.slice(0, 3)
  expect(() => judge(few.slice(2), few)).not.toThrow()
  expect(() => judge([], few)).toThrow()
  expect(sample(items, 1)).toHaveLength(1)
})
