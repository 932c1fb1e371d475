import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { valueGroup } from './facetGroups.ts'
import { type FacetGroup, type FacetSelection, narrow } from './facets.ts'

const GROUPS: readonly FacetGroup[] = [
  {
    name: 'price',
    label: 'Price',
    options: ['low', 'high'].map((value) => ({ value, label: value })),
    matches: (item, value) => (item.price ?? 0) < 5 === (value === 'low'),
  },
  {
    name: 'in',
    label: 'Department',
    options: ['a', 'b', 'c'].map((value) => ({ value, label: value })),
    matches: (item, value) => item.category === value,
  },
]

const items = fc.array(
  fc.record({
    price: fc.integer({ min: 0, max: 9 }),
    category: fc.constantFrom('a', 'b', 'c'),
  }),
  { maxLength: 30 },
)
const selection = fc.record({
  price: fc.subarray(['low', 'high']),
  in: fc.subarray(['a', 'b', 'c', 'unknown']),
})
const withIds = (list: readonly Omit<Item, 'id'>[]): Item[] =>
  list.map((item, place) => ({ ...item, id: `i${place}` }))

test('the count of a value is the number of items that would remain if it were the only choice in its group', () => {
  fc.assert(
    fc.property(items, selection, (list, chosen) => {
      const all = withIds(list)
      for (const facet of narrow(all, GROUPS, chosen).facets) {
        for (const { value, count } of facet.options) {
          const with_: FacetSelection = { ...chosen, [facet.name]: [value] }
          expect(count).toBe(narrow(all, GROUPS, with_).items.length)
        }
      }
    }),
  )
})

test('narrowing a list keeps the items’ sequence, adds no item and ignores unknown choices', () => {
  fc.assert(
    fc.property(items, selection, (list, chosen) => {
      const all = withIds(list)
      const kept = narrow(all, GROUPS, chosen).items
      expect(kept).toEqual(all.filter((item) => kept.includes(item)))
    }),
  )
  const all = withIds([{ price: 1, category: 'a' }])
  expect(narrow(all, GROUPS, { in: ['unknown'], no: ['x'] }).items).toEqual(all)
})

test('narrowing returns the objects that the shop passed, with the shop’s own type', () => {
  interface Product extends Item<{ colour: string }> {
    readonly stock: number
  }
  const products: readonly Product[] = [
    { id: 'tin', stock: 3, attributes: { colour: 'red' } },
    { id: 'mug', stock: 0, attributes: { colour: 'blue' } },
  ]
  const colour = { name: 'colour', label: 'Colour' }
  const groups = [
    valueGroup(products, colour, ({ attributes }) => attributes?.colour),
    valueGroup(products, { name: 'stock', label: 'Stock' }, ({ stock }) => stock > 0),
  ]
  const { items } = narrow(products, groups, { stock: ['true'] })
  expectTypeOf(items).toEqualTypeOf<readonly Product[]>()
  expect(items).toEqual([products[0]])
  expect(items[0]).toBe(products[0])
})
