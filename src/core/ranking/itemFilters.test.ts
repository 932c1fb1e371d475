import { describe, expect, test } from 'vitest'
import type { EventName, ShopperEvent } from '../events/event.ts'
import { DAY } from '../time.ts'
import { ownItems } from './itemFilters.ts'
import type { Exclusion } from './listQuery.ts'

const NOW = 1_700_000_000_000
const MINUTE = 60_000

function event(
  name: EventName,
  items: readonly string[],
  ago: number,
  session = 'visit',
): ShopperEvent {
  return { id: `${name} ${items} ${ago}`, name, items, session, time: NOW - ago }
}

const own = (
  kind: Exclusion,
  events: readonly ShopperEvent[],
  rates: Readonly<Record<string, number>> = {},
) => [...ownItems([kind], events, NOW, (id) => rates[id])]

describe('the filter ‘bought’ removes purchases that are not due again', () => {
  const rates = { milk: 0.4, laptop: 0.01, candle: Number.POSITIVE_INFINITY }
  const order = (items: readonly string[], ago: number) =>
    event('purchase', items, ago, `order ${ago}`)
  const all = ['milk', 'laptop', 'candle', 'unknown']
  const boughtOnce = (ago: number) => own('bought', [order(all, ago)], rates)

  test('after the visit of its only order, an item is due to be bought again only if a rule calls it a consumable', () => {
    expect(own('bought', [event('purchase', all, MINUTE)], rates)).toEqual(all)
    // The purchase lies in the future, because the clock was set back.
    expect(own('bought', [event('purchase', all, -MINUTE)], rates)).toEqual(all)
    for (const ago of [31 * MINUTE, 300 * DAY])
      expect(boughtOnce(ago)).toEqual(['milk', 'laptop', 'unknown'])
  })

  test('an item bought on several days is due to be bought again after three quarters of the usual interval between those days', () => {
    const days = (...ago: number[]) => ago.map((one) => order(['laptop'], one * DAY))
    expect(own('bought', days(60, 40, 20), rates)).toEqual([])
    expect(own('bought', days(54, 34, 14), rates)).toEqual(['laptop'])
    expect(own('bought', days(55, 35, 15), rates)).toEqual([])
    // Two orders within a day count as one order.
    expect(own('bought', days(20, 19.5), rates)).toEqual(['laptop'])
  })

  test('an item that many shoppers buy again is due after three quarters of the shopper’s usual interval between orders', () => {
    const orders = (last: number) => [
      order(['milk', 'laptop'], 60 * DAY),
      order(['hat'], 40 * DAY),
      order(['scarf'], last * DAY),
    ]
    expect(own('bought', orders(20), rates)).toEqual(['laptop', 'hat', 'scarf'])
    expect(own('bought', orders(20), { milk: 0.24 })).toContain('milk')
    expect(own('bought', orders(20).slice(0, 1), rates)).toEqual(['milk', 'laptop'])
  })

  test('the filter ‘owned’ removes every purchase, even one that is due', () => {
    const events = [60, 40, 20].map((ago) => order(['milk'], ago * DAY))
    expect(own('owned', events, rates)).toEqual(['milk'])
  })
})

test('the filter ‘basket’ removes items in the basket, until they are taken out or bought, or 30 days have passed', () => {
  const add = (item: string, ago: number) => event('add_to_cart', [item], ago)
  expect(own('basket', [add('a', 5 * DAY), add('b', DAY)])).toEqual(['a', 'b'])
  const taken = event('remove_from_cart', ['a'], 3 * DAY)
  expect(own('basket', [add('a', 5 * DAY), taken])).toEqual([])
  expect(own('basket', [add('a', 5 * DAY), taken, add('a', DAY)])).toEqual(['a'])
  const order = event('purchase', ['a'], DAY)
  expect(own('basket', [add('a', 5 * DAY), add('b', 5 * DAY), order])).toEqual(['b'])
  expect(own('basket', [add('a', 30 * DAY)])).toEqual([])
})

test('the filter ‘seen’ removes items viewed in this visit', () => {
  const looks = [
    event('view_item', ['old'], 2 * DAY, 'before'),
    event('view_item', ['a'], 5 * MINUTE),
    event('select_item', ['b'], 4 * MINUTE),
    event('view_item_list', ['c'], 3 * MINUTE),
  ]
  expect(own('seen', looks)).toEqual(['a', 'b'])
  // The visit ends half an hour after its last event.
  expect([...ownItems(['seen'], looks, NOW + 28 * MINUTE, () => 0)]).toEqual([])
  expect(own('seen', [])).toEqual([])
})

test('an order that the shop passed to `seed` doesn’t extend the visit, but counts as bought in the visit if it is recent', () => {
  const handed = (item: string, ago: number): ShopperEvent => {
    const order = event('purchase', [item], ago, `order ${item}`)
    return { ...order, seeded: NOW }
  }
  const events = [
    handed('old', 2 * DAY),
    event('view_item', ['a'], 2 * MINUTE),
    handed('b', MINUTE),
  ]
  expect(own('seen', events)).toEqual(['a'])
  const rates = { old: Number.POSITIVE_INFINITY, b: Number.POSITIVE_INFINITY }
  expect(own('bought', events, rates)).toEqual(['b'])
  expect(own('bought', [...events, event('view_item', ['c'], 0)], rates)).toEqual(['b'])
})

test('several filters apply together, and no filter applies unless the list requests it', () => {
  const events = [event('view_item', ['a'], MINUTE), event('add_to_cart', ['b'], MINUTE)]
  expect([...ownItems(['basket', 'seen'], events, NOW, () => 1)]).toEqual(['b', 'a'])
  expect([...ownItems([], events, NOW, () => 1)]).toEqual([])
})
