import { expect, test } from 'vitest'
import type { EventName, ShopperEvent } from '../events/event.ts'
import { DAY } from '../time.ts'
import { countShaping, learnedOf, signalsOf } from './learned.ts'

const NOW = 1_700_000_000_000
const NAMES = ['view_item', 'add_to_wishlist', 'add_to_cart', 'purchase'] as const
const SIGNALS = ['viewed', 'wished', 'basket', 'bought']

const did = (name: EventName, days = 0, item = 0) => ({ item, name, time: NOW - days * DAY })

test('an item’s signal is the shopper’s strongest action on it at this time; an item without actions has none', () => {
  for (const [i, name] of NAMES.entries())
    expect([...signalsOf([did(name)], NOW)]).toEqual([[0, SIGNALS[i]]])
  expect(signalsOf([did('purchase', 1), did('view_item')], NOW).get(0)).toBe('bought')
  // A view of today counts more than an order of last year; of equally strong actions, the later action wins.
  expect(signalsOf([did('purchase', 365), did('view_item')], NOW).get(0)).toBe('viewed')
  expect(signalsOf([did('add_to_cart', 1), did('add_to_wishlist', 1)], NOW).get(0)).toBe('wished')
  expect(signalsOf([did('view_item_list'), did('remove_from_cart')], NOW).size).toBe(0)
})

test('a click and the view that follows it count as one action, and a search counts only if it found products', () => {
  const event = (name: EventName, items: string[], query?: string): ShopperEvent => ({
    ...{ id: `${name} ${items} ${query}`, session: 's', time: NOW, name, items, query },
  })
  const find = (query: string) => (query === 'tin' ? ['a'] : [])
  const clicked = [event('select_item', ['a']), event('view_item', ['a'])]
  expect(countShaping(clicked, find, NOW)).toBe(1)
  const another = [...clicked, event('select_item', ['b'])]
  expect(countShaping(another, find, NOW + 1000)).toBe(1)
  expect(countShaping(another, find, NOW + 60_000)).toBe(2)
  expect(countShaping([event('search', [], 'tin'), event('search', [], 'zzz')], find, NOW)).toBe(1)
  const silent = [event('view_item_list', ['a']), event('remove_from_cart', ['a'])]
  expect(countShaping(silent, find, NOW)).toBe(0)
})

test.each(NAMES.map((name, i) => [name, SIGNALS[i]] as const))(
  '%s: the learned signal is %s',
  (name, signal) => {
    const event: ShopperEvent = { id: 'e', session: 's', name, time: NOW, items: ['item-0'] }
    expect(learnedOf([event], null, () => [], NOW)).toEqual([
      { kind: 'item', name: 'item-0', signal, strength: 1 },
    ])
  },
)
