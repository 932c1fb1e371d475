import { describe, expect, test } from 'vitest'
import { Catalog } from './catalog.ts'
import type { Item } from './item.ts'
import { withLive } from './live.ts'
import { parseLive } from './parseLive.ts'
import { atPrices, nextChange } from './sale.ts'

const at = (text: string) => Date.parse(text)
type Sale = NonNullable<Item['sale']>
const mug = (sale?: Sale): Item => ({ id: 'mug', price: 49.95, ...(sale && { sale }) })
const priceAt = (dates: Omit<Sale, 'price'>, time: string) =>
  atPrices([mug({ price: 39.96, ...dates })], at(time))[0].price

describe('the price of a sale', () => {
  test('a sale’s price applies while the sale runs', () => {
    const sale = { from: '2026-06-01T00:00:00+02:00', until: '2026-06-30T23:59:00+02:00' }
    expect(priceAt(sale, '2026-05-31T21:59:59Z')).toBe(49.95)
    expect(priceAt(sale, '2026-05-31T22:00:00Z')).toBe(39.96)
    expect(priceAt(sale, '2026-06-30T21:58:59Z')).toBe(39.96)
    expect(priceAt(sale, '2026-06-30T21:59:00Z')).toBe(49.95)
  })

  test('a sale’s price applies until the end of the sale’s last day', () => {
    expect(priceAt({ until: '2026-06-30' }, '2026-06-30T23:59:59Z')).toBe(39.96)
    expect(priceAt({ until: '2026-06-30' }, '2026-07-01T00:00:00Z')).toBe(49.95)
  })

  test('a sale with an unreadable date does not apply', () => {
    expect(priceAt({ until: 'Monday' }, '2026-06-30T00:00:00Z')).toBe(49.95)
    expect(priceAt({ from: 'Monday' }, '2026-06-30T00:00:00Z')).toBe(49.95)
  })

  test('atPrices returns the same items if no sale runs', () => {
    const items = [mug(), mug({ price: 1, until: '2026-01-01' })]
    expect(atPrices(items, at('2026-06-01'))).toBe(items)
  })

  test('nextChange returns the time at which a price next changes', () => {
    const items = [
      mug({ price: 1, from: '2026-06-01', until: '2026-06-30' }),
      mug({ price: 1, until: '2026-06-10T12:00:00Z' }),
      mug({ price: 1 }),
      mug(),
    ]
    const next = (time: string) => nextChange(items, at(time))
    expect(next('2026-05-01')).toBe(at('2026-06-01'))
    expect(next('2026-06-01')).toBe(at('2026-06-10T12:00:00Z'))
    expect(next('2026-06-11')).toBe(at('2026-07-01'))
    expect(next('2026-07-01')).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a catalog with sales', () => {
  const sale = { price: 39.96, until: '2026-06-30', from: null }
  const rows = [
    { id: 'mug', price: 49.95, sale },
    { id: 'cup', price: 5 },
  ]

  test('a catalog has the prices that apply at the time passed to `parse`', () => {
    const prices = (time: string) => Catalog.parse(rows, at(time)).items.map(({ price }) => price)
    expect(prices('2026-06-01')).toEqual([39.96, 5])
    expect(prices('2026-07-01')).toEqual([49.95, 5])
  })

  test('`regularPrice` is the price outside a running sale unless the shop gives another; a malformed value is ignored', () => {
    const usual = (row: object, time = '2026-06-01') =>
      Catalog.parse([{ ...rows[0], ...row }], at(time)).items[0].regularPrice
    expect(usual({})).toBe(49.95)
    expect(usual({}, '2026-07-01')).toBeUndefined()
    expect(usual({ regularPrice: 59.95 })).toBe(59.95)
    expect(usual({ regularPrice: '59.95 €' }, '2026-07-01')).toBeUndefined()
  })

  test('items keep their `sale` and usual price if `Catalog.parse` gets no time', () => {
    expect(Catalog.parse(rows).items).toEqual(rows)
  })

  test.each([true, 'yes', 20, { percent: 20 }])(
    'Catalog.parse ignores a field `sale` that the shop uses for something else, such as %j',
    (sale) => {
      const row = { id: 'a', price: 5, sale }
      expect(Catalog.parse([row], at('2026-06-01')).items).toEqual([{ id: 'a', price: 5 }])
      // A page's products don't pass through `parse`, so they still have the shop's field `sale`, which is no sale.
      expect(atPrices([row as unknown as Item], at('2026-06-01'))[0].price).toBe(5)
      expect(nextChange([row as unknown as Item], at('2026-06-01'))).toBe(Number.POSITIVE_INFINITY)
    },
  )

  test.each([
    { price: -1 },
    { price: '3' },
    { price: 3, until: 'soon' },
    { price: 3, from: 20260630 },
  ])('a catalog refuses a row with the malformed sale %o', (sale) => {
    const { size, faults } = Catalog.parse([{ id: 'a', sale }, { id: 'b' }])
    expect([size, faults.length]).toEqual([1, 1])
  })
})

describe('the usual price', () => {
  const [STRUCK, PLAIN]: readonly Item[] = [
    { id: 'a', price: 8, regularPrice: 10 },
    { id: 'b', price: 8 },
  ]
  /** Usual prices of the two items after a `live.json` (changes since the catalog) that sets `values` for both. */
  const after = (values: object) => {
    const changed = [STRUCK, PLAIN].map(({ id }) => ({ id, price: 7, ...values }))
    const about = { catalog: 'a'.repeat(64), time: '2026-11-30T12:00:00Z', minutes: 5 }
    const text = JSON.stringify({ ...about, changed, gone: [], added: [] })
    return withLive([STRUCK, PLAIN], parseLive(JSON.parse(text))).map((item) => item.regularPrice)
  }

  test('`live.json` changes the usual price, removes it (0) or, without a `regularPrice`, leaves it as it is', () => {
    expect(after({ regularPrice: 12 })).toEqual([12, 12])
    expect(after({ regularPrice: 0 })).toEqual([undefined, undefined])
    expect(after({})).toEqual([10, undefined])
  })

  test('the usual price stays if its new value in `live.json` is malformed', () => {
    for (const regularPrice of [-1, '12', 'Infinity', null, true, [12], { price: 12 }])
      expect(after({ regularPrice })).toEqual([10, undefined])
    expect(after({ regularPrice: Number.NaN })).toEqual([10, undefined])
  })

  test('if `live.json` removed the usual price, a running sale’s usual price is the price outside the sale', () => {
    const removed = { id: 'a', price: 8, regularPrice: 0, sale: { price: 5 } }
    const [item] = withLive([STRUCK], { changed: [removed], gone: [], added: [] })
    expect(atPrices([item], 0)[0]).toMatchObject({ price: 5, regularPrice: 8 })
  })
})
