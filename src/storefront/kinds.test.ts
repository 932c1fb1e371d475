import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Item } from '../index.ts'
import { parseItem } from '../search.ts'
import { createCatalog } from './catalog.ts'
import { firstCatalog, firstDepartment } from './firstPage.ts'
import { branchesOf, kindOf } from './kinds.ts'
import GERMAN from './words/departments.de.json' with { type: 'json' }
import KINDS from './words/kinds.json' with { type: 'json' }

const kindsOf = (titles: readonly string[]) => titles.map((title) => kindOf({ id: 'i', title }))

test('the head word of a title names the product’s kind; words for what is in, on or beside the product don’t', () => {
  expect(
    kindsOf([
      'Set of 3 Cake Tins Pantry Design',
      'Cake Stand Victorian Filigree Medium',
      'Lunch Box with Cutlery Retrospot',
      'Box of 6 Assorted Colour Teaspoons',
      'Doormat Fairy Cake',
      'Regency Teacup and Saucer',
      'Christmas Tree Heart Decoration',
      'Something Else',
    ]),
  ).toEqual([
    'Cake tins',
    'Cake stands',
    'Lunch boxes',
    'Spoons',
    'Doormats',
    'Cups and saucers',
    'Decorations',
    undefined,
  ])
})

const department = (items: readonly Item[], name = 'Tea') => createCatalog(items).department(name)!
const named = (title: string, n: number): Item[] =>
  Array.from({ length: n }, (_, i) => ({ id: `${title}${i}`, title, category: 'Tea' }))

test('a kind of fewer than eight products gets no branch in its department’s tree', () => {
  const branches = branchesOf(department([...named('Mug', 8), ...named('Teapot', 7)]))
  expect([...new Set([...branches.values()].flat())]).toEqual(['Mugs'])
  expect(branches.size).toBe(8)
})

test('if a catalog’s categories are paths, the tree has these paths instead of kinds', () => {
  const items = named('Mug', 9).map((item, i) => ({
    ...item,
    category: i === 0 ? 'Home' : 'Home > Kitchen > Mugs',
  }))
  const home = department(items, 'Home')
  expect(home.size).toBe(9)
  expect(branchesOf(home).get('Mug0')).toBeUndefined()
  expect(branchesOf(home).get('Mug1')).toEqual(['Kitchen', 'Mugs'])
})

const items = gunzipSync(readFileSync('data/online-retail/catalog.jsonl.gz'))
  .toString()
  .trim()
  .split('\n')
  .map((line, i) => parseItem(JSON.parse(line), `item ${i}`))
const shop = createCatalog(items)

test('every department of the demo shop has at most 12 kinds of at least 8 products', () => {
  let placed = 0
  for (const one of shop.departments) {
    const sizes = new Map<string, number>()
    for (const [kind] of branchesOf(one).values()) sizes.set(kind, (sizes.get(kind) ?? 0) + 1)
    expect(sizes.size, one.name).toBeGreaterThan(0)
    expect(sizes.size, one.name).toBeLessThanOrEqual(12)
    expect(Math.min(...sizes.values()), one.name).toBeGreaterThanOrEqual(8)
    placed += branchesOf(one).size
  }
  expect(placed / items.length).toBeGreaterThan(0.6)
})

test('a prerendered department has the same branches (kinds) as the whole department', () => {
  for (const one of shop.departments) {
    const page = firstDepartment(shop, '/category', one)
    const first = firstCatalog(JSON.parse(JSON.stringify(page))).department(one.name)!
    expect(branchesOf(first)).toEqual(branchesOf(one))
  }
})

test('every kind has a German name', () => {
  const names = KINDS.map((line) => line.split('|')[0])
  expect(names.filter((name) => !(name in GERMAN))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})
