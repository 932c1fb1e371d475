/**
 * @module Tests narrowed lists: the shopper's own items, new items, more expensive items, and items that go with a
 * basket.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import { filesOf, TestServer, testCatalog, testModel } from '@nearside/core/model/testShop.ts'
import type { ListOptions, ListQuery } from '@nearside/core/ranking/apiLists.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { expect, test } from 'vitest'
import { createWatchedLists } from './serve.ts'
import { ids, newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 20)
const now = () => NOW

let events = 0

async function did(
  { device }: TestDevice,
  name: 'view_item' | 'add_to_cart' | 'purchase',
  item_id: string,
  { days = 0, dwell_ms = 9000 } = {},
): Promise<void> {
  const time = NOW - days * DAY - 60_000 + 10 * ++events
  await device.capture({ id: `did-${events}`, time, input: { name, item_id, dwell_ms } })
}

const listed = async ({ device }: TestDevice, options: ListOptions) =>
  ids(await device.recommend(options))

test('the list “viewed” has each viewed item once, latest first, with a reason; views shorter than a second don’t count', async () => {
  const tested = await start(await testServer(), newDatabase(), { now })
  expect(await listed(tested, { from: 'viewed' })).toEqual([])
  for (const id of ['item-0', 'item-4', 'item-8']) await did(tested, 'view_item', id, { days: 2 })
  await did(tested, 'view_item', 'item-9', { dwell_ms: 200 })
  await did(tested, 'view_item', 'item-0')
  const list = await tested.device.recommend({ from: 'viewed' })
  expect(ids(list)).toEqual(['item-0', 'item-8', 'item-4'])
  expect(list[1]).toMatchObject({
    rank: 2,
    baseRank: 2,
    reason: { kind: 'because', item: 'item-8', signal: 'viewed' },
  })
  await did(tested, 'add_to_cart', 'item-8')
  const page = { from: 'viewed', excludeIds: ['item-0'] } as const
  expect(await listed(tested, page)).toEqual(['item-8', 'item-4'])
  expect(await listed(tested, { ...page, exclude: ['basket'] })).toEqual(['item-4'])
  expect(await listed(tested, { ...page, limit: 1 })).toEqual(['item-8'])
})

test('the list “viewed” changes after forget, restore and erase, in every tab', async () => {
  const server = await testServer()
  const database = newDatabase()
  const tested = await start(server, database, { now })
  const other = await start(server, database, { now })
  for (const id of ['item-0', 'item-4']) await did(tested, 'view_item', id)
  const elsewhere = () => {
    other.timers.fire(0)
    return listed(other, { from: 'viewed' })
  }
  await expect.poll(elsewhere).toEqual(['item-4', 'item-0'])
  const forgotten = await tested.device.forget({ kind: 'item', name: 'item-4' })
  expect(await listed(tested, { from: 'viewed' })).toEqual(['item-0'])
  await expect.poll(elsewhere).toEqual(['item-0'])
  await tested.device.restore(forgotten)
  expect(await listed(tested, { from: 'viewed' })).toEqual(['item-4', 'item-0'])
  await tested.device.erase()
  expect(await listed(tested, { from: 'viewed' })).toEqual([])
})

test('the list “viewed” needs no base model and leaves out sold-out items', async () => {
  const server = await testServer()
  server.files = new Map()
  const catalog = testCatalog.map((item) => ({ ...item, available: item.id !== 'item-4' }))
  const tested = await start(server, newDatabase(), { now }, { catalog })
  for (const id of ['item-8', 'item-4', 'item-0']) await did(tested, 'view_item', id)
  for (const days of [40, 20]) await did(tested, 'purchase', 'item-3', { days })
  expect(await listed(tested, { from: 'viewed' })).toEqual(['item-0', 'item-8'])
  const [bought] = await tested.device.recommend({ from: 'bought' })
  expect(bought).toMatchObject({ id: 'item-3', reason: { kind: 'bought-before' } })
  expect(await listed(tested, { from: 'new' })).toEqual([])
})

test('the list “bought” has earlier purchases that are due again, without items in the basket', async () => {
  const rules: Rule[] = [{ name: 'Used up', again: { category: ['mugs', 'cards'] } }]
  const tested = await start(await testServer(), newDatabase(), { now }, { rules })
  for (const id of ['item-0', 'item-1', 'item-4', 'item-2'])
    await did(tested, 'purchase', id, { days: 9 })
  await did(tested, 'view_item', 'item-12', { days: 9 })
  await did(tested, 'purchase', 'item-8')
  await did(tested, 'add_to_cart', 'item-4')
  // Nobody in the log bought anything twice, so only rules make an item due again; none covers item-2's category.
  const list = await tested.device.recommend({ from: 'bought' })
  expect(ids(list).sort()).toEqual(['item-0', 'item-1'])
  for (const { score, rank } of list.slice(1)) expect(score).toBeLessThan(list[rank - 2].score)
  expect(await listed(tested, { from: 'bought', rules: false })).toEqual([])
  expect(await listed(tested, { from: 'bought', exclude: [], rules: false })).toHaveLength(5)
  expect(await listed(tested, { from: 'bought', order: 'base' })).toEqual(['item-1', 'item-0'])
})

test('the list “unbought” has items never bought; “considered” has such items that earlier visits viewed or put in the basket', async () => {
  const tested = await start(await testServer(), newDatabase(), { now })
  expect(await listed(tested, { from: 'considered' })).toEqual([])
  for (const days of [40, 20]) await did(tested, 'purchase', 'item-1', { days })
  await did(tested, 'view_item', 'item-1', { days: 9 })
  await did(tested, 'view_item', 'item-5', { days: 9 })
  await did(tested, 'add_to_cart', 'item-9', { days: 8 })
  await did(tested, 'view_item', 'item-13')
  const list = await tested.device.recommend({ from: 'considered' })
  expect(new Map(list.map(({ id, reason }) => [id, reason]))).toEqual(
    new Map([
      ['item-5', { kind: 'because', item: 'item-5', signal: 'viewed' }],
      ['item-9', { kind: 'because', item: 'item-9', signal: 'basket' }],
    ]),
  )
  // item-1 is due again, so a plain list can contain it. `unbought` leaves it out, because the shopper has bought it.
  expect(await listed(tested, { limit: 32 })).toContain('item-1')
  const unbought = await listed(tested, { from: 'unbought', limit: 32 })
  expect(unbought).not.toContain('item-1')
  expect(unbought).toHaveLength(30)
  expect(await listed(tested, { from: 'unbought', limit: 32, exclude: [] })).toHaveLength(32)
})

test('the option “until” gives the list that the shopper would have without events after that time', async () => {
  const server = await testServer()
  const [tested, other] = await Promise.all([0, 1].map(() => start(server, newDatabase(), { now })))
  for (const one of [tested, other]) await did(one, 'view_item', 'item-0', { days: 3 })
  const options = { limit: 12 }
  await did(tested, 'add_to_cart', 'item-2')
  const until = NOW - DAY
  expect(await listed(tested, { ...options, until })).toEqual(await listed(other, options))
  expect(await listed(tested, options)).not.toEqual(await listed(other, options))
  expect(await listed(tested, { ...options, until: NOW })).toEqual(await listed(tested, options))
  expect(await listed(tested, { ...options, until: 0 })).toEqual(
    await listed(tested, { ...options, order: 'base' }),
  )
})

test('the list “new” has items with a recent date in the catalog, the best for this shopper first', async () => {
  const added = new Map([
    ['item-0', '2026-06-19'],
    ['item-1', '2026-06-01T08:00:00+02:00'],
    ['item-2', '2026-04-01'],
    ['item-3', '2026-07-01'],
  ])
  const catalog = testCatalog.map((item) => ({ ...item, added: added.get(item.id) }))
  const tested = await start(await testServer(), newDatabase(), { now }, { catalog })
  expect(await listed(tested, { from: 'new' })).toEqual(['item-1', 'item-0'])
  await did(tested, 'view_item', 'item-28')
  expect(await listed(tested, { from: 'new' })).toEqual(['item-0', 'item-1'])
})

test('if the catalog has no dates, the list “new” has the items that the base model lacks', async () => {
  const more: readonly Item[] = [...testCatalog, { id: 'fresh', title: 'Fresh', category: 'mugs' }]
  const server = await testServer()
  const tested = await start(server, newDatabase(), { now }, { catalog: more })
  const list = await tested.device.recommend({ from: 'new' })
  expect(ids(list)).toEqual(['fresh'])
  expect(list[0].reason).toEqual({ kind: 'new' })
  expect(await listed(await start(server, newDatabase(), { now }), { from: 'new' })).toEqual([])
})

test('items bought together with a basket are listed with their reasons; items that go with most of the basket come first', async () => {
  const { device } = await start(await testServer(), newDatabase(), { now })
  const basket = ['item-0', 'item-8', 'gone']
  const list = await device.boughtTogether(basket, {})
  // The co-occurrence of item-0 with items 4, 8 and 12 is 1, ¾ and ½. Item-8 co-occurs with items 12, 16 and 20.
  expect(ids(list)).toEqual(['item-12', 'item-4', 'item-16', 'item-20'])
  for (const [at, score] of [1.5, 1, 0.75, 0.5].entries())
    expect(list[at].score).toBeCloseTo(score, 2)
  const reasons = list.map(({ reason }) => 'item' in reason && reason.item)
  expect(reasons).toEqual(['item-8', 'item-0', 'item-8', 'item-8'])
  expect(ids(await device.boughtTogether(['item-0'], {}))).toEqual(
    ids(await device.boughtTogether('item-0', {})),
  )
  expect(await device.boughtTogether([], {})).toEqual([])
})

test('a list with `dearer: 2` has items of up to twice the given item’s price, in the same currency, even without a model', async () => {
  const prices = new Map(testCatalog.map(({ id, price = 0 }) => [id, price]))
  const catalog = testCatalog.map((item) => ({
    ...item,
    currency: item.id === 'item-14' ? 'EUR' : 'GBP',
    price: item.id === 'item-5' ? undefined : item.price,
  }))
  const server = await testServer()
  const { device } = await start(server, newDatabase(), { now }, { catalog })
  const list = await device.similar('item-10', { dearer: 2 })
  expect(list.length).toBeGreaterThan(0)
  for (const { id } of list) {
    expect(prices.get(id)).toBeGreaterThan(11)
    expect(prices.get(id)).toBeLessThanOrEqual(22)
    expect(id).not.toBe('item-14')
  }
  expect(await device.similar('item-5', { dearer: 1.5 })).toEqual([])
  server.files = new Map()
  const bare = await start(server, newDatabase(), { now }, { catalog })
  expect(ids(await bare.device.similar('item-9', { dearer: 1.5 }))).toEqual(['item-13'])
})

test('the list “picture” has only items that look like the given item, even if rules pin others; without a model the list is empty', async () => {
  // Items whose numbers end in the same digit have equal picture vectors, except that items 0 and 20 share a small
  // extra component.
  const pictures = new Int8Array(testCatalog.length * 64)
  for (const row of testCatalog.keys()) pictures[row * 64 + (row % 10)] = 100
  pictures[1] = pictures[20 * 64 + 1] = 40
  const query: ListQuery = { kind: 'similar', item: 'item-0', options: { from: 'picture' } }
  const rules: Rule[] = [{ name: 'gift', pin: ['item-31', 'item-30'] }]
  const server = new TestServer(await filesOf({ ...testModel('1'), pictures }))
  const { device } = await start(server, newDatabase(), { now })
  const list = device.list(query)
  expect(ids(list)).toEqual(['item-20', 'item-10', 'item-30'])
  expect(list[0].reason).toEqual({ kind: 'looks-like', item: 'item-0' })
  const ruled = await start(server, newDatabase(), { now }, { rules })
  expect(ids(ruled.device.list(query))).toEqual(['item-30', 'item-20', 'item-10'])
  const dearer = { ...query, options: { from: 'picture', dearer: 21 } } as const
  expect(ids(device.list(dearer))).toEqual(['item-20', 'item-10'])
  const earlier = await start(await testServer(), newDatabase(), { now })
  expect(earlier.device.list(query)).toEqual([])
  server.files = new Map()
  const bare = await start(server, newDatabase(), { now }, { rules })
  expect(ids(bare.device.list({ ...query, options: {} })).length).toBeGreaterThan(0)
  expect(bare.device.list(query)).toEqual([])
})

test('the shop’s rules apply to the list “viewed”, and pin only viewed items in it', async () => {
  const rules: Rule[] = [
    { name: 'gift', pin: ['item-31', 'item-4'] },
    { name: 'recall', hide: { id: ['item-0'] } },
  ]
  const tested = await start(await testServer(), newDatabase(), { now }, { rules })
  for (const id of ['item-0', 'item-4', 'item-8']) await did(tested, 'view_item', id)
  expect(await listed(tested, { from: 'viewed' })).toEqual(['item-4', 'item-8'])
})

test('lists of a page with different `distinct` numbers share no item, and change together', async () => {
  const tested = await start(await testServer(), newDatabase(), { now })
  for (const id of ['item-0', 'item-4']) await did(tested, 'view_item', id)
  const lists = createWatchedLists()
  const query = (distinct: number, options: ListOptions): ListQuery => ({
    kind: 'recommend',
    options: { distinct, limit: 32, ...options },
  })
  const queries = [query(1, { from: 'viewed' }), query(2, {})]
  const watched = queries.map((one, id) => ({ id, query: one }))
  const [viewed, all] = lists.watch(watched, tested.device.list)
  expect('items' in viewed && ids(viewed.items)).toEqual(['item-4', 'item-0'])
  expect('items' in all && all.items).toHaveLength(30)
  await did(tested, 'view_item', 'item-8')
  const changed = lists.changed(tested.device.list)
  expect(changed.map((list) => 'items' in list && list.items.length)).toEqual([3, 29])
})

test('invalid list options are refused', async () => {
  const { device } = await start(await testServer(), newDatabase(), { now })
  const refused = (query: unknown) =>
    expect(() => device.list(query as ListQuery)).toThrowError(
      expect.objectContaining({ code: 'input-invalid' }),
    )
  refused({ kind: 'recommend', options: { from: 'wished' } })
  refused({ kind: 'recommend', options: { dearer: 2 } })
  refused({ kind: 'similar', item: 'item-0', options: { dearer: 1 } })
  refused({ kind: 'similar', item: 'item-0', options: { from: 'viewed' } })
  refused({ kind: 'recommend', options: { from: 'picture' } })
  refused({ kind: 'boughtTogether', item: [7] })
})
