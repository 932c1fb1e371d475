import { expect, test } from 'vitest'
import { buildCatalog } from './buildCatalog.ts'

const DAY_ONE = Date.parse('2024-01-01')

test.each([
  [
    { damaged: 9, '?': 8, 'found in box': 7, 'CREAM HEARTS': 2, 'CREAM HEARTS HANGER': 2 },
    'CREAM HEARTS HANGER',
  ],
  [{ 'MIXED NUTS LIGHT GREEN BOWL': 1 }, 'MIXED NUTS LIGHT GREEN BOWL'],
  [{ check: 3 }, undefined],
])('of %j the most frequent name is the title, never a stock note', (counts, title) => {
  const titles = new Map(Object.entries(counts))
  const log = { events: [], to: DAY_ONE, currency: 'GBP' }
  const [item] = buildCatalog([{ id: 'a', titles, price: 2, lastSold: DAY_ONE }], log)
  expect(item).toEqual({ id: 'a', ...(title && { title }), price: 2, currency: 'GBP' })
})

test('what was not sold of late is unavailable', () => {
  const of = (id: string, days: number) => ({
    id,
    titles: new Map<string, number>(),
    lastSold: DAY_ONE - days * 86_400_000,
  })
  const log = { events: [], to: DAY_ONE, currency: undefined }
  const available = (days?: number) =>
    buildCatalog([of('a', 1), of('b', 40)], log, days).map(({ available }) => available)
  expect(available(30)).toEqual([undefined, false])
  expect(available()).toEqual([undefined, undefined])
})
