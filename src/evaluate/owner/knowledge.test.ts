import type { Interaction } from '@nearside/core/features/history.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import { type ServerKnows, type Store, serverHistory, storeHistory } from './knowledge.ts'

const NOW = Date.UTC(2024, 5, 1, 12)

function event(item: number, daysAgo: number, name: Interaction['name']): Interaction {
  return { item, name, time: NOW - daysAgo * DAY, session: `s${daysAgo}` }
}

const history = [
  event(0, 100, 'purchase'),
  event(1, 40, 'view_item'),
  event(2, 12, 'purchase'),
  event(3, 6, 'view_item'),
  event(4, 1, 'view_item'),
  event(5, 0.01, 'view_item'),
]

describe('a browser’s store', () => {
  const held = (store: Store, all = history) =>
    storeHistory(store, { history: all, time: NOW }, NOW - 10 * DAY).map(({ item }) => item)

  it('a store contains the events from its start on, the start included', () => {
    expect(held('0')).toEqual([])
    expect(held('1')).toEqual([4, 5])
    expect(held('7')).toEqual([3, 4, 5])
    expect(held('30')).toEqual([2, 3, 4, 5])
    expect(held('90')).toEqual([1, 2, 3, 4, 5])
    expect(held('install')).toEqual([3, 4, 5])
    expect(held('beginning')).toEqual([0, 1, 2, 3, 4, 5])
    expect(held('seeded')).toEqual([0, 2, 3, 4, 5])
  })

  it('a store that the browser clears after a week without a visit has no events from before the last such gap', () => {
    expect(held('evicted')).toEqual([2, 3, 4, 5])
    expect(held('evicted', history.slice(0, 4))).toEqual([2, 3])
    expect(held('evicted', history.slice(0, 3))).toEqual([])
    expect(held('evicted', [event(7, 7, 'view_item')])).toEqual([7])
  })
})

describe('a server’s history', () => {
  const known = (knows: ServerKnows, all = history, dayOnly = false) =>
    serverHistory(knows, { history: all, time: NOW }, dayOnly).map(({ item }) => item)

  it('the server knows orders and the item on the page that a shopper requests, but no other clicks', () => {
    expect(known('orders')).toEqual([0, 2, 5])
    expect(known('orders', history.slice(0, 5))).toEqual([0, 2])
    expect(known('nothing')).toEqual([5])
    expect(known('all')).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('if the log has dates without times, the server isn’t assumed to know which item’s page the shopper requests', () => {
    expect(known('orders', history, true)).toEqual([0, 2])
    expect(known('nothing', history, true)).toEqual([])
  })
})
