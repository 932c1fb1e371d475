import type { Item } from '@nearside/core/catalog/item.ts'
import type { OrderLine } from '@nearside/train/import/importShop.ts'
import type { WordVectors } from '@nearside/train/wordVectors.ts'
import { expect, test } from 'vitest'
import { parseCatalogRules } from './catalogRules.ts'
import { assignDepartments } from './departments.ts'

const { departments } = parseCatalogRules(
  {
    departments: [
      { name: 'Christmas', always: ['christmas'] },
      { name: 'Tea', strong: ['mug'], words: ['tea'] },
      { name: 'Garden', strong: ['planter'], weak: ['zinc'] },
    ],
  },
  'rules.json',
)

const WORDS: WordVectors = {
  words: ['mug', 'beaker', 'planter', 'trough'],
  vectors: Float32Array.of(1, 0, 0.9, 0.1, 0, 1, 0.1, 0.9),
  dimension: 2,
}

function place(titles: readonly string[], baskets: readonly number[][] = [], words?: WordVectors) {
  const items: Item[] = titles.map((title, i) => ({ id: `i${i}`, title }))
  const events: OrderLine[] = baskets.flatMap((basket, order) =>
    basket.map((item) => ({
      shopper: 'ann',
      event: 'purchase' as const,
      item: `i${item}`,
      time: 0,
      session: `o${order}`,
    })),
  )
  return assignDepartments(items, events, departments, words)
}

test('a word for the product decides the department, unless the title names a theme such as Christmas', () => {
  expect(place(['Zinc Mug', 'Tea Planter', 'Christmas Mug'])).toEqual([
    'Tea',
    'Garden',
    'Christmas',
  ])
})

test('an item whose title no rule matches joins items with similar titles', () => {
  const placed = place(['Mug', 'Planter', 'Beaker', 'Trough'], [], WORDS)
  expect(placed).toEqual(['Tea', 'Garden', 'Tea', 'Garden'])
})

test('an item whose title no rule matches joins the department of items bought in the same orders', () => {
  const baskets = [
    [0, 2],
    [0, 2],
    [1, 3],
    [1, 3],
  ]
  expect(place(['Mug', 'Planter', 'Alpha', 'Beta'], baskets)).toEqual([
    'Tea',
    'Garden',
    'Tea',
    'Garden',
  ])
})

test('a weak word decides the department only if neither similar titles nor joint orders do', () => {
  expect(place(['Mug', 'Zinc Thing'])[1]).toBe('Garden')
  const zincBeaker = ['Mug', 'Mug Red', 'Zinc Beaker']
  expect(place(zincBeaker, [[0, 1, 2]], WORDS)[2]).toBe('Tea')
})

test('items get no department if the rules name no department', () => {
  const placed = assignDepartments([{ id: 'a', title: 'Mug' }], [], [], undefined)
  expect(placed).toEqual([undefined])
})

test('an error about the rules names the field that is wrong', () => {
  expect(() => parseCatalogRules({ departments: [{}] }, 'rules.json')).toThrow(
    'rules.json: department 1 has no name',
  )
  expect(() => parseCatalogRules({ words: { a: 1 } }, 'rules.json')).toThrow('words.a is not text')
})
