import { expect, test } from 'vitest'
import { DAY } from '../time.ts'
import type { ShopperEvent } from './event.ts'
import { readTransferred } from './imported.ts'

const NOW = Date.UTC(2026, 5, 1)
const known = {
  events: [],
  knownAs: (id: string) => (id === 'gone' ? undefined : id),
  after: NOW - 90 * DAY,
  now: NOW,
}
const event = (id: string, daysAgo: number, more: Partial<ShopperEvent> = {}): ShopperEvent => ({
  ...{ id, name: 'view_item', session: id, items: ['a'] },
  time: NOW - daysAgo * DAY,
  ...more,
})
const read = (given: unknown, most = 99) => readTransferred(given, known, most)
const idsOf = (given: unknown, most?: number) => read(given, most).map(({ id }) => id)

test('of another device’s events, only the newest `most` are read, and each id once', () => {
  const given = [event('c', 3), event('a', 1), event('b', 2), event('a', 1)]
  expect(idsOf(given, 2)).toEqual(['a', 'b'])
  expect(idsOf(given, 0)).toEqual([])
  expect(idsOf(given, -5)).toEqual([])
})

test('events from another device that are old, in the future, about unknown items, oversized or malformed are left out', () => {
  const long = 'x'.repeat(501)
  expect(
    idsOf([
      event('kept', 89),
      event('old', 91),
      event('future', -2),
      event('unknown', 1, { items: ['gone'] }),
      event(long, 1),
      event('visit', 1, { session: long }),
      event('query', 1, { name: 'search', items: [], query: long }),
      event('items', 1, { items: Array(201).fill('a') }),
      { ...event('name', 1), name: 'page_view' },
      null,
      'event',
    ]),
  ).toEqual(['kept'])
  for (const none of [null, {}, 'events', undefined]) expect(read(none)).toEqual([])
})

test('an order dated half a day ahead gets the current time, and keeps the lines whose items the catalog knows', () => {
  const order = event('order', -0.5, {
    name: 'purchase',
    items: ['a', 'gone', 'b'],
    lines: [{ quantity: 1 }, { quantity: 9 }, { quantity: 2 }],
  })
  expect(read([order])).toEqual([
    {
      ...order,
      ...{ time: NOW, items: ['a', 'b'], lines: [{ quantity: 1 }, { quantity: 2 }] },
      transferred: NOW,
    },
  ])
})
