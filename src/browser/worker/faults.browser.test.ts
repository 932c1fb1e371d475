/** @module Tests the device in a failing browser: full disk, no IndexedDB, lost connections, damaged rows. */

import { testCatalog } from '@nearside/core/model/testShop.ts'
import { afterEach, expect, test, vi } from 'vitest'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { createStore, type PersonalRecord } from '../storage/store.ts'
import {
  deleted,
  failingFactory,
  faultyFactory,
  refusingFactory,
} from '../storage/testDatabases.ts'
import { ids, live, newDatabase, openDevice, type TestDevice, testServer } from './testDevice.ts'

const open: TestDevice[] = []

afterEach(async () => {
  for (const { device } of open.splice(0)) await device.close()
})

async function start(...args: Parameters<typeof openDevice>): Promise<TestDevice> {
  const opened = await openDevice(...args)
  open.push(opened)
  return opened
}

const codes = ({ device }: TestDevice) => device.snapshot().notices.map(({ code }) => code)

test('in a private window the device works in memory, and a notice says so', async () => {
  const indexedDb = () => refusingFactory('SecurityError')
  const tested = await start(await testServer(), newDatabase(), { indexedDb })
  await tested.capture({ name: 'view_item', item_id: 'item-0' })
  const { storage, tab, events } = tested.device.snapshot()
  expect({ storage, tab, count: events.count }).toEqual({
    storage: 'memory',
    tab: 'leader',
    count: 1,
  })
  expect(codes(tested)).toEqual(['storage-unavailable'])
  const [first] = await tested.device.recommend({ excludeIds: ['item-0'] })
  expect(first.id).toBe('item-4')
  expect((await tested.device.verify()).ok).toBe(true)
})

test('if the disk is full once, the oldest events are dropped and the new event is stored', async () => {
  let full = false
  const indexedDb = () =>
    faultyFactory((tables, mode) => {
      const hit = full && mode === 'readwrite' && tables.includes('events')
      // The disk refuses only one write, because dropping the oldest events makes room.
      if (hit) full = false
      return hit ? 'QuotaExceededError' : null
    })
  const tested = await start(await testServer(), newDatabase(), { indexedDb })
  for (let i = 0; i < 10; i++) await tested.capture({ name: 'view_item', item_id: `item-${i}` })
  full = true
  await tested.capture({ name: 'view_item', item_id: 'item-20' })
  const { events, storage } = tested.device.snapshot()
  expect(storage).toBe('indexeddb')
  expect(events.count).toBe(9)
  expect(codes(tested)).toContain('storage-full')
  expect(tested.device.snapshot().learned).toContainEqual(
    expect.objectContaining({ kind: 'item', name: 'item-20' }),
  )
})

test('if the disk stays full, events and log continue in memory', async () => {
  let full = false
  const indexedDb = () =>
    faultyFactory((_tables, mode) => (full && mode === 'readwrite' ? 'QuotaExceededError' : null))
  const tested = await start(await testServer(), newDatabase(), { indexedDb })
  await tested.capture({ name: 'view_item', item_id: 'item-0' })
  const logged = (await tested.device.entries()).length
  full = true
  await tested.capture({ name: 'view_item', item_id: 'item-1' })
  const { events, storage } = tested.device.snapshot()
  expect({ storage, count: events.count }).toEqual({ storage: 'memory', count: 2 })
  expect(await tested.device.entries()).toHaveLength(logged)
  await tested.device.checkForUpdate()
  expect((await tested.device.verify()).ok).toBe(true)
  expect(codes(tested)).toContain('storage-full')
})

const EXCEPTIONS = ['AbortError', 'InvalidStateError', 'UnknownError', 'QuotaExceededError']

test.each(EXCEPTIONS)(
  'if one transaction fails with %s, nothing throws, and events are lost only if the disk is full',
  async (name) => {
    const uncaught = vi.fn()
    addEventListener('unhandledrejection', uncaught)
    const server = await testServer()
    for (let failing = 0; failing < 12; failing++) {
      let transactions = 0
      const indexedDb = () =>
        faultyFactory((_tables, mode) => {
          // A full disk can still be read.
          if (name === 'QuotaExceededError' && mode === 'readonly') return null
          return transactions++ === failing ? name : null
        })
      const tested = await openDevice(server, newDatabase(), { indexedDb })
      await tested.capture({ name: 'view_item', item_id: 'item-0' })
      await tested.capture({ name: 'view_item', item_id: 'item-1' })
      expect(await tested.device.recommend({ limit: 3 })).toHaveLength(3)
      const { count } = tested.device.snapshot().events
      // If the disk is full, the device deletes the oldest events and gives a notice.
      if (!codes(tested).includes('storage-full')) expect(count).toBe(2)
      else expect(count).toBeGreaterThan(0)
      expect((await tested.device.verify()).ok).toBe(true)
      await tested.device.close()
    }
    removeEventListener('unhandledrejection', uncaught)
    expect(uncaught).not.toHaveBeenCalled()
  },
)

test('a damaged personal model is reported, and the last intact version is used', async () => {
  const server = await testServer()
  const database = newDatabase()
  const first = await openDevice(server, database)
  const day = 86_400_000
  const from = Date.now() - 9 * day
  for (let i = 0; i < 8; i++) {
    const input = { name: 'purchase' as const, item_id: `item-${i}` }
    await first.device.capture({ id: `d${i}`, time: from + i * day, input })
  }
  await first.device.fineTune({})
  const good = await first.device.fineTune({})
  await first.device.close()
  const store = createStore(await openIndexedDb(database, indexedDB))
  const versions = (await store.personal()).versions as PersonalRecord[]
  const flipped = { ...versions[1], u: versions[1].u.map((x, j) => (j === 3 ? x + 1 : x)) }
  await store.forget([])
  await store.putPersonal(versions[0], await store.epoch())
  await store.putPersonal(flipped, await store.epoch())
  store.close()
  const second = await start(server, database)
  expect(codes(second)).toEqual(['storage-corrupt'])
  expect(second.device.snapshot().fit?.cases).toBe(good.cases)
})

test('a damaged stored base model is downloaded again; without a network, lists are in the catalog’s sequence', async () => {
  const server = await testServer()
  const database = newDatabase()
  await (await openDevice(server, database)).device.close()
  const store = createStore(await openIndexedDb(database, indexedDB))
  const kept = await store.download('model')
  if (!kept) throw new Error('nothing kept')
  const file = kept.files['items.safetensors'].slice()
  file[file.length - 5] ^= 4
  const damaged = { ...kept, files: { ...kept.files, 'items.safetensors': file } }
  await store.putDownload(damaged)
  store.close()

  server.online = false
  const offline = await openDevice(server, database)
  expect(codes(offline)).toEqual(['model-unreachable', 'model-corrupt'])
  expect((await offline.device.recommend({ limit: 1 }))[0].id).toBe('item-0')
  await offline.device.close()

  server.online = true
  const online = await start(server, database)
  expect(codes(online)).toEqual(['model-corrupt'])
  expect((await online.device.recommend({ limit: 1 }))[0].id).toBe('item-31')
})

test('if the store is unreadable, the device sets it aside with a notice and pauses learning; an erasure deletes it', async () => {
  const server = await testServer()
  const database = newDatabase()
  const first = await openDevice(server, database)
  await first.capture({ name: 'view_item', item_id: 'item-0' })
  await first.device.close()
  const indexedDb = () => failingFactory((name) => (name === database ? 'UnknownError' : null))
  const second = await openDevice(server, database, { indexedDb })
  expect(second.device.snapshot()).toMatchObject({ storage: 'indexeddb', paused: true })
  expect(codes(second)).toEqual(['storage-corrupt'])
  expect(await second.capture({ name: 'view_item', item_id: 'item-1' })).toBe(null)
  await second.device.pause(false)
  await second.capture({ name: 'view_item', item_id: 'item-1' })
  await second.device.close()

  const third = await start(server, database, { indexedDb })
  expect(third.device.snapshot()).toMatchObject({ paused: false, events: { count: 1 } })
  const there = async () =>
    (await indexedDB.databases()).filter(({ name }) => name === database).length
  expect(await there()).toBe(1)
  await third.device.erase()
  expect(await there()).toBe(0)
})

test('if the stored settings are unreadable, the device continues in memory with learning paused', async () => {
  const server = await testServer()
  const database = newDatabase()
  const first = await openDevice(server, database)
  await first.capture({ name: 'view_item', item_id: 'item-0' })
  await first.device.close()
  const indexedDb = () =>
    faultyFactory((tables, mode) =>
      mode === 'readonly' && tables.includes('settings') ? 'UnknownError' : null,
    )
  const second = await start(server, database, { indexedDb })
  expect(second.device.snapshot()).toMatchObject({ storage: 'memory', paused: true })
  expect(codes(second)).toContain('storage-corrupt')
})

test('if the browser evicts the open database, the next event is stored, and lists still work', async () => {
  const database = newDatabase()
  const tested = await start(await testServer(), database)
  await tested.capture({ name: 'view_item', item_id: 'item-0' })
  await deleted(database)
  await tested.capture({ name: 'view_item', item_id: 'item-1' })
  expect(await tested.device.recommend({ limit: 3 })).toHaveLength(3)
  expect(tested.device.snapshot().storage).toBe('indexeddb')
  const store = createStore(await openIndexedDb(database, indexedDB))
  expect((await store.events()).events.map(({ items }) => items[0])).toContain('item-1')
  store.close()
})

test('if the browser evicts the database between visits, the device starts empty without errors', async () => {
  const server = await testServer()
  const database = newDatabase()
  const first = await openDevice(server, database)
  await first.capture({ name: 'view_item', item_id: 'item-0' })
  await first.device.close()
  await new Promise((resolve) => {
    indexedDB.deleteDatabase(database).onsuccess = resolve
  })
  const second = await start(server, database)
  expect(second.device.snapshot()).toMatchObject({ events: { count: 0 }, notices: [] })
  expect((await second.device.recommend({ limit: 1 }))[0].id).toBe('item-31')
  expect((await second.device.verify()).ok).toBe(true)
})

test('if the learning code fails to load, a notice says so, lists stay, and the next fit loads the code again', async () => {
  let offline = true
  const onDemand = () =>
    offline ? Promise.reject(new TypeError('Failed to fetch')) : import('./onDemand.ts')
  const tested = await start(await testServer(), newDatabase(), { onDemand })
  await live(tested)
  const list = await tested.device.recommend({ limit: 5 })
  await expect(tested.device.fineTune({})).rejects.toMatchObject({ code: 'engine-failed' })
  tested.timers.fire(0)
  await expect.poll(() => codes(tested)).toContain('engine-failed')
  expect(await tested.device.recommend({ limit: 5 })).toEqual(list)
  offline = false
  expect((await tested.device.fineTune({})).cases).toBeGreaterThan(0)
})

test('if the code for large catalogs fails to load, a notice says so, and lists are the same as with the code', async () => {
  const server = await testServer()
  const catalog = Array.from({ length: 20_100 }, (_, i) => ({ id: `item-${i}` }))
  const failing = () => Promise.reject(new TypeError('Failed to fetch'))
  const without = await start(server, newDatabase(), { onDemand: failing }, { catalog })
  const loaded = await start(server, newDatabase(), {}, { catalog })
  const lists = []
  for (const tested of [without, loaded]) {
    await tested.capture({ name: 'view_item', item_id: 'item-3' })
    lists.push(ids(await tested.device.recommend({ limit: 20 })))
  }
  expect(lists[0]).toEqual(lists[1])
  expect(codes(without)).toEqual(['engine-failed'])
  expect(codes(loaded)).toEqual([])
})

test.each(['given', 'fetched'])(
  'invalid rows of a catalog that is %s are left out with a notice; all other rows are used',
  async (how) => {
    const rows = [{ ...testCatalog[31], price: '9.90' }, ...testCatalog, testCatalog[5], null]
    const server = await testServer()
    const url = 'https://shop.test/catalog.json'
    const fetch: typeof globalThis.fetch = async (input, init) =>
      String(input) === url ? Response.json(rows) : server.fetch(input, init)
    const catalog = how === 'given' ? (rows as typeof testCatalog) : url
    const tested = await start(server, newDatabase(), { fetch }, { catalog })
    const whole = await start(server, newDatabase())
    const [list, expected] = await Promise.all(
      [tested, whole].map(({ device }) => device.recommend({ limit: 40 })),
    )
    expect(list).toEqual(expected)
    expect(list).toHaveLength(32)
    expect(tested.device.snapshot().notices[0]).toMatchObject({
      code: 'catalog-invalid',
      message:
        "3 of the 35 rows of the catalog can't be used and are left out, e.g. catalog item 1: field 'price' is not a number of zero or more.",
    })
  },
)

test('a price in another currency than most prices is left out, and a notice says so', async () => {
  const catalog = testCatalog.map((item) => ({
    ...item,
    currency: item.id === 'item-2' ? 'JPY' : 'GBP',
  }))
  const rules = [{ name: 'cheap', only: { price: { to: 4 } } }]
  const { device } = await start(await testServer(), newDatabase(), {}, { catalog, rules })
  const list = await device.recommend({ limit: 9 })
  expect(list.map(({ id }) => id).sort()).toEqual(['item-0', 'item-1', 'item-3'])
  const [{ code, message }] = device.snapshot().notices
  expect(code).toBe('catalog-invalid')
  expect(message).toContain('item-2: JPY')
})

test('if forgotten events can’t be stored again, `restore` rejects and nothing changes', async () => {
  let refuses = false
  const indexedDb = () =>
    faultyFactory((_tables, mode) =>
      refuses && mode === 'readwrite' ? 'QuotaExceededError' : null,
    )
  const tested = await start(await testServer(), newDatabase(), { indexedDb })
  await tested.capture({ name: 'view_item', item_id: 'item-0' })
  await tested.capture({ name: 'view_item', item_id: 'item-1' })
  const forgotten = await tested.device.forget({ kind: 'item', name: 'item-1' })
  refuses = true
  const restoring = tested.device.restore(forgotten)
  await expect(restoring).rejects.toMatchObject({ code: 'storage-full' })
  expect(tested.device.snapshot()).toMatchObject({ storage: 'indexeddb', events: { count: 1 } })
  refuses = false
  await tested.device.restore(forgotten)
  expect(tested.device.snapshot().events.count).toBe(2)
})

test('a pause that can’t be stored applies in this tab, and `pause` rejects', async () => {
  let full = false
  const indexedDb = () =>
    faultyFactory((_tables, mode) => (full && mode === 'readwrite' ? 'QuotaExceededError' : null))
  const database = newDatabase()
  const tested = await start(await testServer(), database, { indexedDb })
  await live(tested)
  const { count } = tested.device.snapshot().events
  full = true
  await expect(tested.device.pause(true)).rejects.toMatchObject({
    code: expect.stringMatching(/^storage-/),
    message: expect.stringContaining('holds in this tab'),
  })
  expect(tested.device.snapshot().paused).toBe(true)
  expect(await tested.capture({ name: 'view_item', item_id: 'item-1' })).toBe(null)
  expect(tested.device.snapshot().events.count).toBe(count)
  full = false
  await tested.device.pause(true)
  const next = await start(await testServer(), database, { indexedDb })
  expect(next.device.snapshot().paused).toBe(true)
})
