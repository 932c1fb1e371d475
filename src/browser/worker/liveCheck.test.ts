/**
 * @module Tests that lists wait until prices and stock are checked against the live file (`live.json`), but only
 * briefly if this file is late or missing.
 */
import 'fake-indexeddb/auto'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { HEAD, headOf, writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import { TEST_MODEL_URL, testCatalog } from '@nearside/core/model/testShop.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import { expect, onTestFinished, test } from 'vitest'
import { type Device, startDevice } from './device.ts'
import { ids, testConfig, testServer } from './testDevice.ts'

const MINUTE = 60_000
const [CATALOG, LIVE] = ['catalog.json', 'live.json']
const BEST = ['item-31', 'item-30', 'item-29', 'item-28', 'item-27']
const FIRST: ListQuery = { kind: 'recommend', options: { limit: 3 } }
const ALL: ListQuery = { kind: 'recommend', options: { limit: 40, exclude: [] } }
const known = (device: Device, query = FIRST) => ids(device.list(query))

/** Shop whose catalog has the best sellers in its first part, and whose server can keep files back. */
async function openShop() {
  const server = await testServer()
  const clock = { now: Date.now() }
  const disk = new IDBFactory()
  /** Files that the server keeps back, with functions that send the files. */
  const kept = new Map<string, (() => void)[]>()
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await server.fetch(input, init)
    const waiting = kept.get(String(input).slice(TEST_MODEL_URL.length))
    if (!waiting) return answer
    const all = new Uint8Array(await answer.arrayBuffer())
    // The first part of a catalog arrives even if the server keeps the rest back.
    const half = all.length > 20_000 ? utf8(headOf(new TextDecoder().decode(all))).length + 100 : 0
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        if (half) controller.enqueue(all.subarray(0, half))
        await new Promise<void>((go) => waiting.push(go))
        controller.enqueue(all.subarray(half))
        controller.close()
      },
    })
    return new Response(body, { status: answer.status })
  }
  const unknown = Array.from({ length: 2 * HEAD }, (_, i) => ({ id: `new-${i}`, category: 'a' }))
  const put = async (
    changes: Partial<LiveChanges> | null,
    items: readonly Item[] = testCatalog,
  ) => {
    const text = writeCatalog([...unknown, ...items], BEST)
    server.files.set(CATALOG, utf8(text))
    if (!changes) return void server.files.delete(LIVE)
    const [catalog, head] = await Promise.all(
      [text, headOf(text)].map((one) => sha256Hex(utf8(one))),
    )
    const nothing = { changed: [], gone: [], added: [] }
    const time = new Date(clock.now).toISOString()
    const live = { ...nothing, ...changes, catalog, head, time, minutes: 5 }
    server.files.set(LIVE, utf8(JSON.stringify(live)))
  }
  const timers = new Map<number, { readonly run: () => void; readonly after: number }>()
  let timer = 0
  const start = (hasLive = true) => {
    const config = testConfig('live', {
      catalog: TEST_MODEL_URL + CATALOG,
      live: hasLive ? TEST_MODEL_URL + LIVE : null,
    })
    const starting = startDevice(config, {
      now: () => clock.now,
      clock: () => performance.now(),
      random: () => 0,
      timers: {
        set: (run, after) => timers.set(++timer, { run, after }) && timer,
        clear: (one) => void timers.delete(one),
      },
      nextTask,
      fetch,
      indexedDb: () => disk,
      chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
      onDemand: () => import('./onDemand.ts'),
    })
    onTestFinished(async () => {
      for (const name of [...kept.keys()]) release(name)
      await (await starting).close()
    })
    return starting
  }
  /** A first visit, after which the browser has stored catalog, `live.json` (new prices and stock) and model. */
  const visit = async () => {
    const device = await start()
    await device.ready()
    await device.close()
    timers.clear()
  }
  const hold = (...names: readonly string[]) => {
    for (const name of names) kept.set(name, [])
  }
  function release(name: string): void {
    const waiting = kept.get(name) ?? []
    kept.delete(name)
    for (const go of waiting) go()
  }
  const forget = (name: string) => void kept.delete(name)
  const limits = () => [...timers].filter(([, { after }]) => after === 1000)
  return {
    ...{ put, start, visit, hold, release, forget, clock },
    requests: (name = LIVE) => server.requests.filter(({ url }) => url.endsWith(name)).length,
    offline: () => {
      server.online = false
    },
    /** Lets the one second pass for which lists wait for `live.json`. */
    passSecond: async () => {
      await waitFor(() => expect(limits().length).toBeGreaterThan(0))
      for (const [one, { run }] of limits()) if (timers.delete(one)) run()
    },
    hasLimit: () => limits().length > 0,
  }
}

/** Whether the promise is still pending after 100 ms. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol()
  const later = new Promise((resolve) => setTimeout(resolve, 100, open))
  return (await Promise.race([promise, later])) === open
}

test('a first visit waits for a live.json that is late, and never lists a product that is gone', async () => {
  const shop = await openShop()
  await shop.put({ gone: ['item-31'] })
  shop.hold(LIVE, CATALOG)
  const starting = shop.start()
  await waitFor(() => expect(shop.hasLimit()).toBe(true))
  expect(await waits(starting)).toBe(true)
  shop.release(LIVE)
  const device = await starting
  expect(device.lacks(FIRST)).toBe(false)
  expect(known(device)).toEqual(['item-30', 'item-29', 'item-28'])
})

test('a first visit waits a second for live.json (new prices and stock), then lists the catalog’s first part; a late live.json corrects the lists', async () => {
  const shop = await openShop()
  await shop.put({ gone: ['item-31'], changed: [{ id: 'item-30', price: 1 }] })
  shop.hold(LIVE, CATALOG)
  const starting = shop.start()
  await shop.passSecond()
  const device = await starting
  expect(known(device)).toEqual(BEST.slice(0, 3))
  expect(device.changes()).toBeNull()
  shop.release(LIVE)
  await waitFor(() => expect(known(device)).toEqual(['item-30', 'item-29', 'item-28']))
  expect(device.changes()).toMatchObject({ gone: ['item-31'], changed: [{ price: 1 }] })
  shop.release(CATALOG)
  await device.ready()
  expect(known(device)).toEqual(['item-30', 'item-29', 'item-28'])
})

test('a late live.json also corrects lists of the whole catalog; events don’t wait for the file', async () => {
  const shop = await openShop()
  await shop.put({ gone: ['item-31'] })
  shop.hold(LIVE)
  const starting = shop.start()
  await shop.passSecond()
  const device = await starting
  await device.ready()
  const input = { name: 'view_item', item_id: 'item-3' } as const
  expect(await device.capture({ id: 'a', time: shop.clock.now, input })).toBe('a')
  expect(known(device, ALL)).toContain('item-31')
  shop.release(LIVE)
  await waitFor(() => expect(known(device, ALL)).not.toContain('item-31'))
})

test.each([
  ['a missing live file', null],
  ['an invalid live file', { gone: [7 as unknown as string] }],
] as const)('%s doesn’t hold up a first list', async (_, live) => {
  const shop = await openShop()
  await shop.put(live)
  const device = await shop.start()
  expect(known(device)).toEqual(BEST.slice(0, 3))
  const codes = device.snapshot().notices.map(({ code }) => code)
  expect(codes).toEqual([live ? 'catalog-invalid' : 'model-unreachable'])
})

test('if the shop has no live.json, nothing waits for one', async () => {
  const shop = await openShop()
  await shop.put(null)
  const device = await shop.start(false)
  expect(known(device)).toEqual(BEST.slice(0, 3))
  await device.ready()
  expect(shop.requests()).toBe(0)
})

test('a later visit checks stored prices and stock before it lists products; `rerank` and events don’t wait', async () => {
  const shop = await openShop()
  await shop.put({})
  await shop.visit()
  shop.clock.now += 6 * MINUTE
  await shop.put({ gone: ['item-31'], added: [{ id: 'fresh', category: 'mugs' }] })
  shop.hold(LIVE)
  const device = await shop.start()
  await device.ready()
  expect(device.lacks(FIRST)).toBe(true)
  const list = device.need(FIRST).then(() => known(device))
  expect(await waits(list)).toBe(true)
  expect(device.lacks({ kind: 'rerank', items: ['item-3'] })).toBe(false)
  const input = { name: 'view_item', item_id: 'item-3' } as const
  expect(await device.capture({ id: 'a', time: shop.clock.now, input })).toBe('a')
  const { revision } = device.snapshot()
  shop.release(LIVE)
  expect(await list).not.toContain('item-31')
  expect(device.lacks(FIRST)).toBe(false)
  expect(device.snapshot().revision).toBeGreaterThan(revision)
  expect(shop.requests()).toBe(2)
})

test('a later visit waits a second for live.json (new prices and stock), then lists stored products; a late live.json corrects the lists', async () => {
  const shop = await openShop()
  await shop.put({ gone: ['item-30'] })
  await shop.visit()
  shop.clock.now += 6 * MINUTE
  await shop.put({ gone: ['item-30', 'item-31'] })
  shop.hold(LIVE)
  const device = await shop.start()
  await device.ready()
  expect(device.lacks(FIRST)).toBe(true)
  await shop.passSecond()
  await device.need(FIRST)
  expect(device.lacks(FIRST)).toBe(false)
  expect(known(device)).toEqual(['item-31', 'item-29', 'item-28'])
  shop.release(LIVE)
  await waitFor(() => expect(known(device)).toEqual(['item-29', 'item-28', 'item-27']))
})

test('a later visit uses the catalog that the newest live.json belongs to', async () => {
  const shop = await openShop()
  await shop.put({})
  await shop.visit()
  shop.clock.now += 6 * MINUTE
  await shop.put({ gone: ['item-30'] }, testCatalog.slice(0, 31))
  const device = await shop.start()
  await device.need(FIRST)
  expect(known(device)).toEqual(['item-29', 'item-28', 'item-27'])
})

test.each([
  ['within the interval of the live file', 4, 'item-31'],
  ['without a network', 6, 'item-31'],
  ['after the clock was set back', -60, 'item-30'],
] as const)('a later visit %s (%d minutes later) lists %s first', async (when, minutes, best) => {
  const shop = await openShop()
  await shop.put({})
  await shop.visit()
  shop.clock.now += minutes * MINUTE
  await shop.put({ gone: ['item-31'] })
  if (when === 'without a network') shop.offline()
  const device = await shop.start()
  await device.need(FIRST)
  expect(known(device)[0]).toBe(best)
  expect(shop.requests()).toBe(minutes === 4 ? 1 : 2)
})

test('if a page is left before its check of live.json is answered, the next page checks again', async () => {
  const shop = await openShop()
  await shop.put({})
  await shop.visit()
  shop.clock.now += 6 * MINUTE
  await shop.put({ gone: ['item-31'] })
  shop.hold(LIVE)
  const left = await shop.start()
  await left.ready()
  await waitFor(() => expect(shop.requests()).toBe(2))
  // The browser ends the worker of the left page, so the answer never arrives.
  shop.forget(LIVE)
  const device = await shop.start()
  await device.need(FIRST)
  expect(known(device)[0]).toBe('item-30')
})
