/**
 * @module Tests the content of the disk before and after the shopper's yes or no to storage (`persist: 'ask'`).
 */

import { parseBundle } from '@nearside/audit/bundle.ts'
import { verifyBundle } from '@nearside/audit/verify.ts'
import { expect, test } from 'vitest'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { createStore } from '../storage/store.ts'
import { faultyFactory } from '../storage/testDatabases.ts'
import { FEDERATION, TestAggregators } from './testAggregators.ts'
import {
  ids,
  live,
  newDatabase,
  openDevice,
  start,
  type TestDevice,
  testServer,
} from './testDevice.ts'

const ASK = { persist: 'ask' } as const
const ANSWERED_NO = { option: 'ask', allowed: false }

/** Number of databases that exist for one device. */
const stored = async (database: string) =>
  (await indexedDB.databases()).filter(({ name }) => name?.startsWith(database)).length

/** Content of the disk; null without a database. */
async function onDisk(database: string) {
  if ((await stored(database)) === 0) return null
  const store = createStore(await openIndexedDb(database, indexedDB, 'never'))
  const { events } = await store.events()
  const [settings, ledger] = [await store.settings(), await store.ledger()]
  const model = await store.download('model')
  store.close()
  return { events: events.map(({ items }) => items[0]), settings, ledger, model }
}

const look = (tested: TestDevice, item: number) =>
  tested.capture({ name: 'view_item', item_id: `item-${item}` })

const faultsOf = async ({ device }: TestDevice) =>
  (await verifyBundle(parseBundle(await device.export()), { allowUnsigned: true })).faults

test('before the shopper answers whether data may be stored, everything works, and nothing is on disk', async () => {
  const database = newDatabase()
  const tested = await start(await testServer(), database, {}, ASK)
  await live(tested)
  expect((await tested.device.fineTune({})).cases).toBeGreaterThan(0)
  expect(await tested.device.recommend({ limit: 3 })).toHaveLength(3)
  expect(tested.device.snapshot()).toMatchObject({
    storage: 'memory',
    persist: { option: 'ask', allowed: null },
    events: { count: 12 },
    notices: [],
  })
  expect(await stored(database)).toBe(0)
  await tested.device.close()
  const next = await start(await testServer(), database, {}, ASK)
  expect(next.device.snapshot().events.count).toBe(0)
})

test('a yes to storage stores the whole visit at once, and the next visit continues from it', async () => {
  const database = newDatabase()
  const tested = await openDevice(await testServer(), database, {}, ASK)
  await live(tested)
  await tested.device.fineTune({})
  const list = ids(await tested.device.recommend({ limit: 8 }))
  const before = (await tested.device.entries()).length
  await tested.device.setPersist(true)
  expect(tested.device.snapshot()).toMatchObject({
    storage: 'indexeddb',
    persist: { allowed: true },
    events: { count: 12 },
    notices: [],
  })
  expect(ids(await tested.device.recommend({ limit: 8 }))).toEqual(list)
  await look(tested, 30)
  const disk = await onDisk(database)
  expect(disk?.events).toHaveLength(13)
  expect(disk?.settings.persist).toBe(true)
  expect(disk?.ledger.length).toBeGreaterThanOrEqual(before)
  expect(await faultsOf(tested)).toEqual([])
  await tested.device.close()
  const next = await start(await testServer(), database, {}, ASK)
  expect(next.device.snapshot()).toMatchObject({
    storage: 'indexeddb',
    persist: { allowed: true },
    events: { count: 13 },
  })
  expect(await faultsOf(next)).toEqual([])
})

test('a no to storage erases the disk, and the visit continues in memory', async () => {
  const database = newDatabase()
  const tested = await start(await testServer(), database, {}, ASK)
  await look(tested, 1)
  await tested.device.setPersist(true)
  await look(tested, 2)
  await tested.device.setPersist(false)
  await look(tested, 3)
  expect(tested.device.snapshot()).toMatchObject({
    storage: 'memory',
    persist: { allowed: false },
    events: { count: 3 },
    notices: [],
  })
  await expect.poll(() => stored(database)).toBe(0)
  await tested.device.setPersist(true)
  expect((await onDisk(database))?.events).toEqual(['item-1', 'item-2', 'item-3'])
  expect(await faultsOf(tested)).toEqual([])
})

test('a no to storage before a yes stores nothing', async () => {
  const database = newDatabase()
  const tested = await start(await testServer(), database, {}, ASK)
  await tested.device.setPersist(false)
  await look(tested, 1)
  expect(tested.device.snapshot().persist.allowed).toBe(false)
  expect(await stored(database)).toBe(0)
})

test.each(['always', 'never'] as const)('with `%s`, `setPersist(true)` fails', async (persist) => {
  const database = newDatabase()
  const tested = await start(await testServer(), database, {}, { persist })
  await look(tested, 1)
  await expect(tested.device.setPersist(true)).rejects.toMatchObject({ code: 'input-invalid' })
  expect((await onDisk(database))?.events).toEqual(persist === 'always' ? ['item-1'] : undefined)
})

test.each(['never', 'ask'] as const)(
  'with `persist: %s`, a start erases all that `always` stored, except the pause',
  async (persist) => {
    const database = newDatabase()
    const before = await openDevice(await testServer(), database)
    await look(before, 1)
    await before.device.close()
    const tested = await openDevice(await testServer(), database, {}, { persist })
    expect(tested.device.snapshot()).toMatchObject({ storage: 'memory', events: { count: 0 } })
    await expect.poll(() => stored(database)).toBe(0)
    await tested.device.close()

    const again = await openDevice(await testServer(), database)
    await look(again, 1)
    await again.device.pause(true)
    await again.device.close()
    const paused = await start(await testServer(), database, {}, { persist })
    expect(paused.device.snapshot()).toMatchObject({ paused: true, events: { count: 0 } })
    const disk = await onDisk(database)
    expect(disk).toMatchObject({ events: [], settings: { paused: true }, model: null })
    expect(disk?.ledger).toHaveLength(1)
  },
)

test('with `persist: never`, a start erases all that an earlier yes to storage stored, and the yes itself', async () => {
  const database = newDatabase()
  const before = await openDevice(await testServer(), database, {}, ASK)
  await before.device.setPersist(true)
  await look(before, 1)
  await before.device.pause(true)
  await before.device.close()
  const tested = await start(await testServer(), database, {}, { persist: 'never' })
  expect(tested.device.snapshot()).toMatchObject({ paused: true, events: { count: 0 } })
  expect(await onDisk(database)).toMatchObject({
    events: [],
    settings: { paused: true },
    model: null,
  })
  expect((await onDisk(database))?.settings.persist).toBeUndefined()
})

test('a yes to storage in one tab applies in the other tab, which writes its events from memory to disk', async () => {
  const database = newDatabase()
  const [one, other] = [
    await start(await testServer(), database, {}, ASK),
    await start(await testServer(), database, {}, ASK),
  ]
  await look(one, 1)
  await look(other, 2)
  await one.device.setPersist(true)
  for (const { device, timers } of [one, other]) {
    await expect.poll(() => device.snapshot().persist.allowed).toBe(true)
    const count = () => {
      timers.fire(0)
      return device.snapshot().events.count
    }
    await expect.poll(count).toBe(2)
  }
  expect((await onDisk(database))?.events.toSorted()).toEqual(['item-1', 'item-2'])
  expect(await faultsOf(other)).toEqual([])
  await look(other, 3)
  const countOfOne = () => {
    one.timers.fire(0)
    return one.device.snapshot().events.count
  }
  await expect.poll(countOfOne).toBe(3)

  await other.device.setPersist(false)
  for (const { device } of [one, other])
    await expect.poll(() => device.snapshot().storage).toBe('memory')
  await look(one, 4)
  expect(one.device.snapshot()).toMatchObject({ events: { count: 4 }, paused: false, notices: [] })
  await expect.poll(() => stored(database)).toBe(0)
  expect(other.device.snapshot().events.count).toBe(3)
})

test.each(['the first write', 'the yes’s own transaction'])(
  'if the disk is full at %s, a yes to storage is rejected and no event is lost; a later yes works',
  async (when) => {
    let refuses = true
    const indexedDb = () =>
      faultyFactory((tables, mode) =>
        refuses && mode === 'readwrite' && (when === 'the first write' || tables.includes('events'))
          ? 'QuotaExceededError'
          : null,
      )
    const database = newDatabase()
    const tested = await start(await testServer(), database, { indexedDb }, ASK)
    await look(tested, 1)
    await expect(tested.device.setPersist(true)).rejects.toMatchObject({ code: 'storage-full' })
    await look(tested, 2)
    const { storage, persist, events, notices } = tested.device.snapshot()
    expect({ storage, ...persist, ...events }).toMatchObject({
      ...{ storage: 'memory', allowed: null, count: 2 },
    })
    expect(notices.map(({ code }) => code)).toEqual(['storage-full'])
    expect((await onDisk(database))?.events ?? []).toEqual([])
    refuses = false
    await tested.device.setPersist(true)
    expect((await onDisk(database))?.events).toEqual(['item-1', 'item-2'])
  },
)

test('without IndexedDB, a yes to storage is rejected, and the device goes on in memory', async () => {
  const tested = await start(await testServer(), newDatabase(), { indexedDb: () => undefined }, ASK)
  await look(tested, 1)
  await expect(tested.device.setPersist(true)).rejects.toMatchObject({
    code: 'storage-unavailable',
  })
  await look(tested, 2)
  expect(tested.device.snapshot()).toMatchObject({ storage: 'memory', events: { count: 2 } })
})

test('if a no to storage can’t erase the disk, `setPersist` rejects, and this tab continues in memory', async () => {
  let refuses = false
  const indexedDb = () =>
    faultyFactory((_, mode) => (refuses && mode === 'readwrite' ? 'QuotaExceededError' : null))
  const database = newDatabase()
  const tested = await start(await testServer(), database, { indexedDb }, ASK)
  await look(tested, 1)
  await tested.device.setPersist(true)
  refuses = true
  for (const _ of ['at first', 'again'])
    await expect(tested.device.setPersist(false)).rejects.toMatchObject({ code: 'storage-full' })
  await look(tested, 2)
  expect(tested.device.snapshot()).toMatchObject({ storage: 'memory', events: { count: 2 } })
  expect(tested.device.snapshot().persist).toEqual({ ...ANSWERED_NO, unerased: true })
  await expect(tested.device.erase()).rejects.toMatchObject({ code: 'storage-full' })
  expect(await stored(database)).not.toBe(0)
  refuses = false
  await tested.device.setPersist(false)
  expect(tested.device.snapshot().persist).toEqual(ANSWERED_NO)
  await expect.poll(() => stored(database)).toBe(0)
})

test('a later no to storage erases a database that could not be opened at the first no', async () => {
  const database = newDatabase()
  const before = await start(await testServer(), database, {}, ASK)
  await look(before, 1)
  await before.device.setPersist(true)
  await before.device.close()
  let refuses = true
  const indexedDb = () => (refuses ? undefined : globalThis.indexedDB)
  const tested = await start(await testServer(), database, { indexedDb }, ASK)
  await tested.device.setPersist(false)
  refuses = false
  expect(await stored(database)).not.toBe(0)
  await tested.device.setPersist(false)
  await expect.poll(() => stored(database)).toBe(0)
})

test.each([
  ['no', ({ device }: TestDevice) => device.setPersist(false)],
  ['erasure', ({ device }: TestDevice) => device.erase()],
])(
  'if the disk can’t be opened at a no to storage, `setPersist` rejects; a later %s erases the disk',
  async (_, later) => {
    let refuses = false
    let full = false
    const disk = faultyFactory((_, mode) =>
      full && mode === 'readwrite' ? 'QuotaExceededError' : null,
    )
    const indexedDb = () => (refuses ? undefined : disk)
    const database = newDatabase()
    const tested = await start(await testServer(), database, { indexedDb }, ASK)
    await look(tested, 1)
    await tested.device.setPersist(true)
    full = true
    await expect(tested.device.setPersist(false)).rejects.toMatchObject({ code: 'storage-full' })
    refuses = true
    await expect(tested.device.setPersist(false)).rejects.toMatchObject({
      code: 'storage-unavailable',
    })
    expect(tested.device.snapshot().persist).toEqual({ ...ANSWERED_NO, unerased: true })
    full = false
    refuses = false
    await later(tested)
    expect(tested.device.snapshot().persist).toEqual(ANSWERED_NO)
    await expect.poll(() => stored(database)).toBe(0)
  },
)

test.each([true, false])('repeating the answer %s to storage changes nothing', async (allowed) => {
  let opened = 0
  const indexedDb = () => {
    opened++
    return indexedDB
  }
  const { device } = await start(await testServer(), newDatabase(), { indexedDb }, ASK)
  await device.setPersist(allowed)
  const [before, { revision }] = [opened, device.snapshot()]
  await device.setPersist(allowed)
  expect([opened, device.snapshot().revision]).toEqual([before, revision])
})

const clearSiteData = (database: string) =>
  new Promise((resolve) => {
    indexedDB.deleteDatabase(database).onsuccess = resolve
  })

test('clearing site data under an open page deletes the yes to storage, too', async () => {
  const database = newDatabase()
  const tested = await start(await testServer(), database, {}, ASK)
  await tested.device.setPersist(true)
  await look(tested, 1)
  await clearSiteData(database)
  await look(tested, 2)
  expect(tested.device.snapshot()).toMatchObject({
    storage: 'memory',
    persist: { allowed: null },
    paused: false,
    events: { count: 2 },
  })
  expect(await stored(database)).toBe(0)
  await tested.device.setPersist(true)
  expect(tested.device.snapshot()).toMatchObject({ persist: { allowed: true }, paused: false })
  expect((await onDisk(database))?.events).toEqual(['item-1', 'item-2'])
  await tested.device.erase()
  expect((await onDisk(database))?.events).toEqual([])
})

test('an erasure succeeds after site data were cleared', async () => {
  const database = newDatabase()
  const tested = await start(await testServer(), database, {}, ASK)
  await tested.device.setPersist(true)
  await look(tested, 1)
  await clearSiteData(database)
  await look(tested, 2)
  await tested.device.erase()
  expect(tested.device.snapshot()).toMatchObject({ storage: 'memory', events: { count: 0 } })
})

test('without storage on disk, no update is sent; a no to storage ends the consent to send updates and keeps the spent budget', async () => {
  const server = await testServer()
  const aggregators = await TestAggregators.start(server)
  const fetch = aggregators.fetchWith(server.fetch)
  const database = newDatabase()
  const config = { ...ASK, federation: FEDERATION }
  const tested = await openDevice(server, database, { fetch }, config)
  await live(tested)
  await expect(tested.device.setContribution(true)).rejects.toMatchObject({
    code: 'storage-unavailable',
  })
  expect((await tested.device.contribute()).sent).toBe(false)
  expect(aggregators.posted).toEqual([])

  await tested.device.setPersist(true)
  await tested.device.contributionTerms()
  await tested.device.setContribution(true)
  expect((await tested.device.contribute()).sent).toBe(true)
  const spent = (await onDisk(database))?.settings.budget
  expect(spent).toBeDefined()
  await tested.device.setPersist(false)
  expect(tested.device.snapshot()).toMatchObject({
    consent: { contribute: false },
    sent: { reports: 1 },
  })
  const left = await onDisk(database)
  expect(left?.events).toEqual([])
  expect(left?.settings).toEqual({
    budget: spent,
    sent: tested.device.snapshot().sent,
    declared: expect.any(Array),
  })
  await tested.device.close()

  const next = await start(server, database, { fetch }, config)
  expect(next.device.snapshot()).toMatchObject({ storage: 'memory', sent: { reports: 1 } })
  expect(await onDisk(database)).toEqual(left)
  await live(next)
  await next.device.setPersist(true)
  expect((await onDisk(database))?.settings.budget).toEqual(spent)
  const audit = await verifyBundle(parseBundle(await next.device.export()))
  expect(audit).toMatchObject({ faults: [], uploads: 1 })
})
