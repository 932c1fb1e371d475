import { expect, test } from 'vitest'
import type { EventName, ShopperEvent } from '../../core/events/event.ts'
import { DAY } from '../../core/time.ts'
import { ownItems } from './ownItems.ts'

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
  kind: 'bought' | 'basket' | 'seen',
  events: readonly ShopperEvent[],
  rates: Readonly<Record<string, number>> = {},
) => [...ownItems([kind], events, NOW, (id) => rates[id])]

test('bought: in this visit, and before it only what nobody comes back to', () => {
  const rates = { milk: 0.4, laptop: 0.01 }
  const order = (ago: number) => [event('purchase', ['milk', 'laptop', 'unknown'], ago)]
  expect(own('bought', order(MINUTE), rates)).toEqual(['milk', 'laptop', 'unknown'])
  expect(own('bought', order(31 * MINUTE), rates)).toEqual(['laptop'])
  expect(own('bought', order(300 * DAY), rates)).toEqual(['laptop'])
  // A clock that was set back.
  expect(own('bought', order(-MINUTE), rates)).toEqual(['milk', 'laptop', 'unknown'])
})

test('basket: until it is taken out or bought, or forgotten for a month', () => {
  const add = (item: string, ago: number) => event('add_to_cart', [item], ago)
  expect(own('basket', [add('a', 5 * DAY), add('b', DAY)])).toEqual(['a', 'b'])
  const taken = event('remove_from_cart', ['a'], 3 * DAY)
  expect(own('basket', [add('a', 5 * DAY), taken])).toEqual([])
  expect(own('basket', [add('a', 5 * DAY), taken, add('a', DAY)])).toEqual(['a'])
  const order = event('purchase', ['a'], DAY)
  expect(own('basket', [add('a', 5 * DAY), add('b', 5 * DAY), order])).toEqual(['b'])
  expect(own('basket', [add('a', 30 * DAY)])).toEqual([])
})

test('seen: in this visit', () => {
  const looks = [
    event('view_item', ['old'], 2 * DAY, 'before'),
    event('view_item', ['a'], 5 * MINUTE),
    event('select_item', ['b'], 4 * MINUTE),
    event('view_item_list', ['c'], 3 * MINUTE),
  ]
  expect(own('seen', looks)).toEqual(['a', 'b'])
  // The visit is over half an hour after its last event.
  expect([...ownItems(['seen'], looks, NOW + 28 * MINUTE, () => 0)]).toEqual([])
  expect(own('seen', [])).toEqual([])
})

test('an order that the shop hands over doesn’t end the visit, and counts in it if it was made in it', () => {
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
  expect(own('bought', events)).toEqual(['b'])
  expect(own('bought', [...events, event('view_item', ['c'], 0)])).toEqual(['b'])
})

test('several kinds together, none of them without being asked for', () => {
  const events = [event('view_item', ['a'], MINUTE), event('add_to_cart', ['b'], MINUTE)]
  expect([...ownItems(['basket', 'seen'], events, NOW, () => 1)]).toEqual(['b', 'a'])
  expect([...ownItems([], events, NOW, () => 1)]).toEqual([])
})
