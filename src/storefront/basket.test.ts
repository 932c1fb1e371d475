import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Item } from '../index.ts'
import { clampQuantity, MAX_QUANTITY, priced, sumOf } from './basket.ts'
import { createCatalog, OTHER } from './catalog.ts'
import { money } from './text.ts'

describe('basket', () => {
  test('a quantity is a whole number from 1 to the limit, whatever number the shopper types', () => {
    fc.assert(
      fc.property(fc.double(), (typed) => {
        const quantity = clampQuantity(typed)
        expect(Number.isInteger(quantity)).toBe(true)
        expect(quantity).toBeGreaterThanOrEqual(1)
        expect(quantity).toBeLessThanOrEqual(MAX_QUANTITY)
      }),
    )
    expect(clampQuantity(Number.NaN)).toBe(1)
  })

  test('the basket’s sums are exact in pence, and products that the shop no longer sells are dropped', () => {
    const items = new Map<string, Item>([
      ['a', { id: 'a', price: 0.1 }],
      ['b', { id: 'b', price: 0.2 }],
      ['c', { id: 'c' }],
    ])
    const lines = priced(
      ['a', 'b', 'c', 'gone'].map((id) => ({ id, quantity: 1 })),
      (id) => items.get(id),
    )
    expect(lines.map((line) => line.id)).toEqual(['a', 'b'])
    expect(sumOf(lines)).toBe(0.3)
    expect(money(sumOf(lines))).toBe('£0.30')
  })
})

test('departments are sorted by size, with “other” last, and each item is in one department', () => {
  const { departments, get } = createCatalog([
    { id: '1' },
    { id: '2' },
    { id: '3', category: 'Bags' },
    { id: '4', category: 'Mugs' },
    { id: '5', category: 'Mugs' },
  ])
  expect(departments.map(({ name }) => name)).toEqual(['Mugs', 'Bags', OTHER])
  expect(departments.flatMap(({ items }) => items.map(({ id }) => id)).sort()).toEqual([...'12345'])
  expect(get('4')?.category).toBe('Mugs')
})
