import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testModel } from '../model/testShop.ts'
import type { History, Interaction } from './history.ts'
import { priceLift } from './intent.ts'
import { profileOf } from './profile.ts'

const NOW = Date.UTC(2026, 5, 20)
const { statistics } = testModel('1')
const rows = [...statistics.logPrice.keys()].sort(
  (a, b) => statistics.logPrice[a] - statistics.logPrice[b],
)
const [cheapest, dearest] = [rows[0], rows[rows.length - 1]]
const MINUTE = 60_000

const look = (item: number, more: Partial<Interaction> = {}): Interaction => ({
  ...{ item, name: 'view_item', time: NOW - MINUTE, session: 's' },
  ...more,
})
const liftOf = (history: History, of = statistics) => priceLift(of, profileOf(history, NOW))

describe('the lift (change of scores) by the prices viewed in a visit', () => {
  test('views of cheap products raise the scores of cheap products, more views raise them more, and views of dear products raise dear products', () => {
    let before = 0
    for (const many of [1, 2, 4, 6]) {
      const lift = liftOf(rows.slice(0, many).map((row) => look(row)))
      const gap = (lift?.of(cheapest) ?? 0) - (lift?.of(dearest) ?? 0)
      expect(gap).toBeGreaterThan(before)
      before = gap
    }
    const dear = liftOf(rows.slice(-4).map((row) => look(row)))
    expect(dear?.of(dearest)).toBeGreaterThan(dear?.of(cheapest) ?? Number.NaN)
  })

  test('after views of products at mixed prices, the price changes scores little', () => {
    const gap = (items: readonly number[]) => {
      const lift = liftOf(items.map((row) => look(row)))
      return Math.abs((lift?.of(cheapest) ?? 0) - (lift?.of(dearest) ?? 0))
    }
    // Six views whose mean price is about the shop's mean price.
    const middle = Math.round(rows.length * 0.45)
    const mixed = [2, 6, 10].flatMap((away) => [rows[middle - away], rows[middle + away]])
    expect(gap(mixed)).toBeLessThan(gap(rows.slice(0, 6)) / 4)
  })

  test('the lift of a price counts only the views of the current visit, each product once', () => {
    expect(liftOf([])).toBeNull()
    expect(liftOf([look(cheapest, { name: 'purchase' })])).toBeNull()
    expect(liftOf([look(cheapest, { time: NOW - 31 * MINUTE })])).toBeNull()
    const one = liftOf([look(cheapest)])
    const history = [look(dearest, { session: 'before', time: NOW - 9e6 }), look(cheapest)]
    const again = liftOf([...history, look(cheapest, { time: NOW, name: 'add_to_cart' })])
    for (const row of rows) expect(again?.of(row)).toBe(one?.of(row))
  })

  test('no lift exceeds `most`, no lift’s magnitude exceeds `size`, and a shop of equal prices has no lifts', () => {
    const some = fc.array(fc.nat(rows.length - 1), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(some, (items) => {
        const lift = liftOf(items.map((item) => look(item)))
        for (const row of rows) {
          expect(lift?.of(row)).toBeLessThanOrEqual(lift?.most ?? Number.NaN)
          expect(Math.abs(lift?.of(row) ?? Number.NaN)).toBeLessThanOrEqual(lift?.size ?? -1)
        }
      }),
    )
    const equal = { ...statistics, logPrice: statistics.logPrice.map(() => 1) }
    expect(liftOf([look(cheapest)], equal)).toBeNull()
  })
})
