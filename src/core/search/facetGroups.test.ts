import { expect, test } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { priceGroup, priceLimits, valueGroup } from './facetGroups.ts'
import { narrow } from './facets.ts'

const ITEMS: readonly Item[] = [
  { id: 'a', price: 0.99, brand: 'Beta', attributes: { colour: ['red', 'blue'], size: 42 } },
  { id: 'b', price: 1, brand: 'Alpha', attributes: { colour: 'red' } },
  { id: 'c', price: 19, brand: 'Alpha' },
  { id: 'd', brand: 'Gamma', attributes: { colour: ['red', 'red'] } },
]
const NAME = { name: 'x', label: 'X' }
const colour = (item: Item) => item.attributes?.colour

test('a group with `tree` has paths as values: an item counts at each level, and a new choice replaces the old one', () => {
  const items = ['Home > Mugs', 'Home > Bowls', 'Home', 'Garden', undefined].map((category, i) => ({
    id: `i${i}`,
    category,
  }))
  const tree = valueGroup(items, { ...NAME, tree: true }, ({ category }) => category)
  const { items: left, facets } = narrow(items, [tree], { [NAME.name]: ['Home > Mugs', 'Garden'] })
  expect(facets[0].options.map(({ value, label, count }) => [value, label, count])).toEqual([
    ['Home', 'Home', 3],
    ['Garden', 'Garden', 1],
    ['Home > Bowls', 'Bowls', 1],
    ['Home > Mugs', 'Mugs', 1],
  ])
  expect(left).toHaveLength(1)
  expect(facets[0].options.filter(({ selected }) => selected)).toHaveLength(1)
})

test('the values of a group are sorted by count, then by name, and an item counts once per value', () => {
  const brands = valueGroup(ITEMS, NAME, ({ brand }) => brand)
  expect(brands.options.map(({ value }) => value)).toEqual(['Alpha', 'Beta', 'Gamma'])
  expect(valueGroup([...ITEMS].reverse(), NAME, ({ brand }) => brand).options).toEqual(
    brands.options,
  )
  const colours = valueGroup(ITEMS, NAME, colour, (value) => value.toUpperCase())
  expect(narrow(ITEMS, [colours], {}).facets[0].options).toEqual([
    { value: 'red', label: 'RED', count: 3, selected: false },
    { value: 'blue', label: 'BLUE', count: 1, selected: false },
  ])
  const sizes = valueGroup(ITEMS, NAME, ({ attributes }) => attributes?.size)
  expect(narrow(ITEMS, [sizes], { x: ['42'] }).items.map(({ id }) => id)).toEqual(['a'])
})

test('a price that equals a limit belongs to the higher band, and an item without price belongs to none', () => {
  const prices = priceGroup(NAME, [1, 20], (from, to) => `${from} to ${to}`)
  expect(prices.options).toEqual([
    { value: '0-1', label: '0 to 1' },
    { value: '1-20', label: '1 to 20' },
    { value: '20-', label: '20 to Infinity' },
  ])
  const counts = narrow(ITEMS, [prices], {}).facets[0].options.map(({ count }) => count)
  expect(counts).toEqual([1, 2, 0])
  expect(prices.matches(ITEMS[0], 'none such')).toBe(false)
})

test('the limits between price bands are round and near the quartiles of the prices', () => {
  const at = (...prices: readonly number[]) =>
    priceLimits(prices.map((price, i) => ({ id: `${i}`, price })))
  expect(at(...Array.from({ length: 100 }, (_, i) => i + 1))).toEqual([20, 50, 100])
  expect(at(0.049, 0.051, 0.3, 0.31)).toEqual([0.05, 0.2])
  expect(at(7, 7, 7, 7)).toEqual([5])
  expect(at(0, 0, 0)).toEqual([])
  expect(priceLimits([{ id: 'a' }])).toEqual([])
})
