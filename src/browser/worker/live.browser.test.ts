/** @module Tests the live file on a device: changed prices and stock, removed and new products between models. */

import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { type LiveChanges, withLive } from '@nearside/core/catalog/live.ts'
import { TEST_MODEL_URL, type TestServer, testCatalog } from '@nearside/core/model/testShop.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { expect, test } from 'vitest'
import { ids, newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

const MINUTE = 60_000
const [CATALOG, LIVE] = ['catalog.json', 'live.json']
const ADDRESSES = { catalog: TEST_MODEL_URL + CATALOG, live: TEST_MODEL_URL + LIVE }
const NOTHING: LiveChanges = { changed: [], gone: [], added: [] }

const putCatalog = (server: TestServer, items: unknown = testCatalog) =>
  server.files.set(CATALOG, utf8(JSON.stringify(items)))

/** Publishes a `live.json` with these changes on the test server. */
async function putLive(server: TestServer, changes: Partial<LiveChanges>, minutes = 2) {
  const catalog = await sha256Hex(server.files.get(CATALOG) ?? new Uint8Array())
  const time = new Date().toISOString()
  const live = { ...NOTHING, ...changes, catalog, time, minutes }
  server.files.set(LIVE, utf8(JSON.stringify(live)))
}

const asked = (server: TestServer, name = LIVE) =>
  server.requests.filter(({ url }) => url === TEST_MODEL_URL + name).length

/** Fires all timers and waits for the checks that they start. */
async function pass(tested: TestDevice): Promise<void> {
  tested.timers.fire(Number.POSITIVE_INFINITY)
  await tested.device.verify()
  await navigator.locks.request(`nearside:${tested.database}:update`, () => undefined)
}

async function open(
  changes: Partial<LiveChanges> = {},
  config: { rules?: readonly Rule[] } = {},
  minutes?: number,
  items: readonly Item[] = testCatalog,
) {
  const server = await testServer()
  putCatalog(server, items)
  await putLive(server, changes, minutes)
  const database = newDatabase()
  const clock = { now: Date.now() }
  const openTab = () =>
    start(server, database, { now: () => clock.now }, { ...ADDRESSES, ...config })
  const tab = await openTab()
  const { device } = tab
  const later = async (minutes: number, which = tab) => {
    clock.now += minutes * MINUTE
    await pass(which)
  }
  const all = async () => ids(await device.recommend({ limit: 40, exclude: [] }))
  return { all, device, later, openTab, server, tab }
}

test('new prices and stock in live.json apply to the first list, and later changes within the interval that the file names', async () => {
  const { all, device, later, server } = await open({ gone: ['item-31'] })
  expect((await all()).slice(0, 2)).toEqual(['item-30', 'item-29'])
  expect(device.changes()).toMatchObject({ gone: ['item-31'] })
  await putLive(server, { changed: [{ id: 'item-30', price: 1, available: false }] })
  await later(1)
  expect((await all())[0]).toBe('item-30')
  await later(1)
  expect((await all()).slice(0, 2)).toEqual(['item-31', 'item-29'])
  expect([asked(server), asked(server, CATALOG)]).toEqual([2, 1])
})

test('a removed product disappears from lists, reasons and the title index, while its events are kept', async () => {
  const { all, device, later, server, tab } = await open()
  await tab.capture({ name: 'view_item', item_id: 'item-4' })
  const because = async () =>
    (await device.recommend({ limit: 12 })).map(({ reason }) =>
      reason.kind === 'because' ? reason.item : reason.kind,
    )
  expect(await because()).toContain('item-4')
  await putLive(server, { gone: ['item-4'] })
  await later(2)
  expect(await all()).not.toContain('item-4')
  expect(await because()).not.toContain('item-4')
  expect(ids(await device.similar('item-8', { limit: 9 }))).not.toContain('item-4')
  expect(ids(await device.boughtTogether('item-0', { limit: 9 }))).not.toContain('item-4')
  expect(await device.events(9)).toHaveLength(1)
  await tab.capture({ name: 'search', search_term: 'Thing number 4' })
  expect(device.snapshot().learned.map(({ name }) => name)).not.toContain('Thing number 4')
})

test('a new product in live.json is ranked by its content and listed as new; rules use the file’s prices', async () => {
  const cheap: Rule = { name: 'cheap', only: { price: { to: 3 } } }
  const { all, device, later, server, tab } = await open({}, { rules: [cheap] })
  expect((await all()).toSorted()).toEqual(['item-0', 'item-1', 'item-2'])
  await putLive(server, {
    added: [{ id: 'new', title: 'Thing number 99', category: 'mugs', price: 2 }],
    changed: [
      { id: 'item-1', price: 9 },
      { id: 'item-5', price: 9, sale: { price: 2 } },
    ],
  })
  await later(2)
  expect((await all()).toSorted()).toEqual(['item-0', 'item-2', 'item-5', 'new'])
  expect(await tab.capture({ name: 'view_item', item_id: 'new' })).not.toBeNull()
  const fresh = await device.recommend({ from: 'new', limit: 9 })
  expect(ids(fresh)).toContain('new')
})

test('a sale that ends while the page is open no longer affects the page’s lists', async () => {
  const cheap: Rule = { name: 'cheap', only: { price: { to: 3 } } }
  const until = new Date(Date.now() + 5 * MINUTE).toISOString()
  const { all, later } = await open(
    { changed: [{ id: 'item-5', price: 9, sale: { price: 2, until } }] },
    { rules: [cheap] },
  )
  expect(await all()).toContain('item-5')
  await later(3)
  expect(await all()).toContain('item-5')
  await later(3)
  expect(await all()).not.toContain('item-5')
})

test('a damaged or missing live.json changes nothing, and a notice says so', async () => {
  const { all, device, later, server } = await open({ gone: ['item-31'] })
  const before = await all()
  const good = server.files.get(LIVE) as Uint8Array<ArrayBuffer>
  const text = new TextDecoder().decode(good)
  const doubled = { id: 'new', price: 1 }
  for (const bad of [
    '{',
    text.replace('"gone":["item-31"]', '"gone":[7]'),
    text.replace('"changed":[]', '"changed":[{"id":"item-1","price":-1}]'),
  ]) {
    server.files.set(LIVE, utf8(bad))
    await later(3)
    expect(await all()).toEqual(before)
  }
  expect(device.snapshot().notices[0].code).toBe('catalog-invalid')
  server.files.delete(LIVE)
  await later(3)
  expect(device.snapshot().notices[0].code).toBe('model-unreachable')
  expect(await all()).toEqual(before)
  await putLive(server, { added: [doubled, doubled, { id: 'item-3' }] })
  await later(3)
  expect((await all()).filter((id) => id === 'new' || id === 'item-3')).toHaveLength(2)
})

test('live.json applies to one catalog only; a new catalog is used with its own live.json, or without any', async () => {
  const { all, later, server } = await open({ gone: ['item-31'] })
  putCatalog(server, testCatalog.slice(10))
  await putLive(server, { gone: ['item-30'] })
  await later(2)
  expect((await all()).slice(0, 2)).toEqual(['item-31', 'item-29'])
  expect(await all()).toHaveLength(21)
  // If the shop publishes no further live.json, old changes don't outlive the catalog that they belong to.
  putCatalog(server, testCatalog.slice(20))
  await later(6)
  expect((await all()).slice(0, 2)).toEqual(['item-31', 'item-30'])
})

test('if live.json belongs to a newer catalog that can’t be fetched, the changes of the last live.json stay', async () => {
  const { all, later, server } = await open({ gone: ['item-31'] })
  const served = server.files.get(CATALOG) as Uint8Array<ArrayBuffer>
  putCatalog(server, testCatalog.slice(10))
  await putLive(server, { gone: ['item-30'] })
  server.files.set(CATALOG, served)
  await later(2)
  expect((await all()).slice(0, 2)).toEqual(['item-30', 'item-29'])
})

test('an open page gets the new catalog’s values, whether it shows the products of the earlier or the new catalog', async () => {
  const { device, later, server } = await open({
    changed: [{ id: 'item-30', price: 12 }],
    gone: ['item-31'],
    added: [{ id: 'new', price: 7 }],
  })
  const earlier = testCatalog
  // The new catalog includes the changes above. Its live.json restores item-5's earlier price and removes item-4.
  const next = [
    ...earlier.slice(0, 31).map((item) => (item.id === 'item-30' ? { ...item, price: 12 } : item)),
    { id: 'new', price: 8 },
  ].map((item) => (item.id === 'item-5' ? { ...item, price: 99 } : item))
  putCatalog(server, next)
  const price = earlier[5].price
  await putLive(server, { changed: [{ id: 'item-5', price }], gone: ['item-4'] })
  await later(6)
  for (const shown of [earlier, next]) {
    const items = new Map(withLive(shown, device.changes()).map((item) => [item.id, item.price]))
    expect(['item-30', 'item-31', 'new', 'item-5', 'item-4'].map((id) => items.get(id))).toEqual([
      ...[12, undefined, 8],
      ...[price, undefined],
    ])
  }
})

test('an open page gets the currency of a new catalog together with the prices', async () => {
  const inCurrency = (currency: string, price: number) =>
    testCatalog.map((item) => ({ ...item, currency, price }))
  const { device, later, server } = await open({}, {}, 2, inCurrency('BGN', 20))
  putCatalog(server, inCurrency('EUR', 10))
  await putLive(server, { changed: [{ id: 'item-5', price: 4 }] })
  await later(6)
  const shown = withLive(inCurrency('BGN', 20), device.changes())
  const [moved, changed] = [4, 5].map((at) => [shown[at].price, shown[at].currency])
  expect([moved, changed]).toEqual([
    [10, 'EUR'],
    [4, 'EUR'],
  ])
})

test('with a new catalog, the device reads live.json again before the interval of the last live.json ends', async () => {
  const { all, later, server } = await open({ gone: ['item-31'] }, {}, 60)
  putCatalog(server, testCatalog.slice(10))
  await putLive(server, { gone: ['item-30'] }, 60)
  await later(6)
  expect((await all()).slice(0, 2)).toEqual(['item-31', 'item-29'])
})

test('all tabs together request live.json once per interval, and a click requests nothing', async () => {
  const { all, later, openTab, server, tab } = await open()
  const second = await openTab()
  await later(0, second)
  expect(asked(server)).toBe(1)
  await tab.capture({ name: 'view_item', item_id: 'item-4' })
  await all()
  expect(asked(server)).toBe(1)
  await putLive(server, { gone: ['item-31'] })
  await later(2)
  await later(0, second)
  expect(asked(server)).toBe(2)
  const listed = async () =>
    ids(await second.device.recommend({ limit: 40, exclude: [] })).includes('item-31')
  await expect.poll(listed).toBe(false)
  const { url, init } = server.requests.findLast(({ url }) => url.endsWith(LIVE))!
  expect([url, init?.method, init?.credentials, init?.body]).toEqual([
    ADDRESSES.live,
    'GET',
    'omit',
    undefined,
  ])
  const entries = await tab.device.entries()
  const about = { kind: 'request', detail: { purpose: 'catalog', url: ADDRESSES.live } }
  expect(entries).toContainEqual(
    expect.objectContaining({
      ...about,
      detail: expect.objectContaining(about.detail),
      bytesSent: 0,
    }),
  )
})

test('a live.json with the same changes as the last one rebuilds nothing', async () => {
  const { device, later, server } = await open({ gone: ['item-31'] })
  const { revision } = device.snapshot()
  await new Promise((resolve) => setTimeout(resolve, 2))
  await putLive(server, { gone: ['item-31'] })
  await later(2)
  expect(asked(server)).toBe(2)
  expect(device.snapshot().revision).toBe(revision)
})

test('without a network, the stored live.json applies to the stored catalog', async () => {
  const { all, openTab, server, tab } = await open({ gone: ['item-31'] })
  const before = await all()
  await tab.device.close()
  server.online = false
  const { device } = await openTab()
  expect(ids(await device.recommend({ limit: 40, exclude: [] }))).toEqual(before)
})
