import { expect, test } from 'vitest'
import { familiesOf } from './families.ts'

const groups = (titles: readonly string[], price = 2, category = 'Bags') =>
  familiesOf(titles.map((title) => ({ id: title, title, price, category })))

test('products whose titles differ only in colour or size are one family', () => {
  const [red, green, other] = groups([
    'Alarm Clock Bakelite Red',
    'Alarm Clock Bakelite Green',
    'Wall Clock',
  ])
  expect(red).toBe('Alarm Clock Bakelite Red')
  expect(green).toBe(red)
  expect(other).toBeUndefined()
  expect(groups(['Set of 3 Red Flying Ducks', 'Set of 6 Large Blue Flying Ducks'])[1]).toBeDefined()
  // One word is not enough for a product's name, because hearts of wicker and hearts of felt are different products.
  expect(groups(['Red Heart', 'Blue Heart'])).toEqual([undefined, undefined])
})

test('four products of one category whose titles begin alike and whose prices are similar are one family', () => {
  const bags = [
    'Lunch Bag Spaceboy',
    'Lunch Bag Skulls and Bones',
    'Lunch Bag Suki',
    'Lunch Bag Cars',
  ]
  expect(new Set(groups(bags))).toEqual(new Set(['Lunch Bag Spaceboy']))
  expect(groups(bags.slice(1)).filter(Boolean)).toEqual([])
  const prices = [2, 2, 2, 9]
  const apart = familiesOf(
    bags.map((title, i) => ({ id: title, title, price: prices[i], category: 'Bags' })),
  )
  expect(apart.filter(Boolean)).toEqual([])
  const mixed = familiesOf(
    bags.map((title, i) => ({ id: title, title, price: 2, category: i === 0 ? 'Toys' : 'Bags' })),
  )
  expect(mixed.filter(Boolean)).toEqual([])
})
