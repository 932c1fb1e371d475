import { expect, test } from 'vitest'
import type { Item } from '../../index.ts'
import { familiarOf, themesOf, usualPrice } from './traits.ts'

const item = (id: string, title: string, category: string, price: number): Item => ({
  id,
  title,
  category,
  price,
})
const bags = [1, 2, 3, 4].map((at) => item(`bag ${at}`, `Vintage bag ${at}`, 'Bags', at))
const mugs = [1, 2, 3].map((at) => item(`mug ${at}`, `Spotty mug, vintage ${at}`, 'Kitchen', 8))
const all = [...bags, ...mugs, ...[1, 2, 3, 4, 5].map((at) => item(`${at}`, 'Spotty', 'Toys', 2))]
const itemOf = (id: string) => all.find((one) => one.id === id)

test('the usual price is the mean price of products that the shopper acted on, and unknown without such a product', () => {
  const seen = (name: string, signal: string) => ({ kind: 'item', name, strength: 1, signal })
  expect(usualPrice([], itemOf)).toBeNull()
  expect(usualPrice([seen('mug 1', 'not_for_me'), seen('gone', 'viewed')], itemOf)).toBeNull()
  const learned = [seen('bag 2', 'viewed'), seen('mug 1', 'bought'), seen('bag 1', 'have_this')]
  expect(usualPrice(learned, itemOf)).toBeCloseTo(4)
})

test('themes are the list’s departments, the most familiar first, and then title words; a theme with a setting stays where it is', () => {
  const familiar = familiarOf([{ kind: 'category', name: 'Kitchen', strength: 1 }])
  const list = [...bags, ...mugs]
  const themes = themesOf(list, familiar, all, {})
  expect(themes).toEqual(['Kitchen', 'Bags', 'vintage', 'spotty'])
  const set = { vintage: 'less', garden: 'more' } as const
  expect(themesOf(list, familiar, all, set)).toEqual([...themes, 'garden'])
  expect(themesOf([], familiar, all, set)).toEqual(['vintage', 'garden'])
})
