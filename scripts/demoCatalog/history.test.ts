import { expect, test } from 'vitest'
import { historiesOf } from './history.ts'

const bought = (time: string, price: number, order: string) => ({
  item: 'mug',
  time: `${time}T10:00:00Z`,
  price,
  order,
})

test('a month’s price is the median price of its purchases; a month of few purchases has no price', () => {
  const purchases = [
    ...[2.95, 2.95, 9.9].map((price, i) => bought('2011-03-02', price, `a${i}`)),
    ...[2.55, 2.5, 2.55].map((price, i) => bought('2011-04-02', price, `b${i}`)),
    bought('2011-05-02', 0.1, 'c'),
  ]
  expect(historiesOf(purchases)).toEqual([['mug', 2.55, 2.95, 7, 0]])
  expect(historiesOf(purchases.slice(-1))).toEqual([])
})

test('each order counts once, and a product’s season is a month with at least a quarter of its orders', () => {
  const twice = Array.from({ length: 15 }, (_, i) => bought('2010-11-02', 1, `n${i}`))
  const spread = Array.from({ length: 15 }, (_, i) =>
    bought(`2011-${String((i % 5) + 1).padStart(2, '0')}-02`, 1, `s${i}`),
  )
  expect(historiesOf([...twice, ...twice, ...spread])).toEqual([['mug', 1, 1, 30, 11]])
  expect(historiesOf(spread)).toEqual([['mug', 1, 1, 15, 0]])
})
