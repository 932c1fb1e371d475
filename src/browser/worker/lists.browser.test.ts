/** @module Tests the lists of a device in a real browser, for a shop of 32 items. */

import type { Item } from '@nearside/core/catalog/item.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import { CATEGORIES, testCatalog } from '@nearside/core/model/testShop.ts'
import type { ListOptions } from '@nearside/core/ranking/apiLists.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startDevice } from './device.ts'
import { workerEnvironment } from './serve.ts'
import type { Environment } from './services.ts'
import {
  ids,
  listing,
  newDatabase,
  openDevice,
  start,
  type TestDevice,
  type TestServer,
  testConfig,
  testModelFiles,
  testServer,
} from './testDevice.ts'

describe('lists', () => {
  test('a new shopper’s first list equals the base list (the same for all shoppers), and loads no engine', async () => {
    let engines = 0
    const chooseEngine: Environment['chooseEngine'] = async () => {
      engines++
      return { engine: createJsEngine(), reason: 'test' }
    }
    const { device } = await start(await testServer(), newDatabase(), { chooseEngine })
    const list = await device.recommend({ limit: 3 })
    expect(ids(list)).toEqual(['item-31', 'item-30', 'item-29'])
    expect(list.map(({ baseRank }) => baseRank)).toEqual([1, 2, 3])
    expect(list[0].reason).toEqual({ kind: 'popular' })
    expect(engines).toBe(0)
  })

  test('without a base model no item has the reason “popular”, and each item’s rank equals its base rank', async () => {
    const server = await testServer()
    server.files = new Map()
    const { device } = await start(server, newDatabase())
    const lists = await Promise.all([
      device.recommend({ limit: 3, excludeIds: ['item-0'] }),
      device.similar('item-1', {}),
      device.rerank(['item-9', 'item-3'], {}),
    ])
    expect(lists.map(ids)).toEqual([
      ['item-1', 'item-2', 'item-3'],
      ['item-5', 'item-9', 'item-13', 'item-17', 'item-21', 'item-25', 'item-29'],
      ['item-9', 'item-3'],
    ])
    for (const { reason, rank, baseRank } of lists.flat()) {
      expect(reason).toEqual({ kind: 'shop-order' })
      expect(rank).toBe(baseRank)
    }
  })

  test('a new shopper’s first list needs only small files of the model, and equals the list of the whole model', async () => {
    const server = await testServer()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (/(items|statistics|encoder|shared)\.safetensors$/.test(String(url))) await held
      return server.fetch(url, init)
    }
    const environment = { ...workerEnvironment, fetch, indexedDb: () => indexedDB }
    const device = listing(await startDevice(testConfig(newDatabase()), environment))
    onTestFinished(() => device.close())
    expect(device.snapshot().model).toBe(null)
    const first = await device.recommend({ limit: 32, excludeIds: ['item-7'] })
    const cards = await device.recommend({ category: 'cards' })
    release()
    await device.ready()
    expect(device.snapshot().model?.version).toBe('1')
    expect(ids(await device.recommend({ limit: 32, excludeIds: ['item-7'] }))).toEqual(ids(first))
    expect(ids(await device.recommend({ category: 'cards' }))).toEqual(ids(cards))
    expect(ids(first).slice(0, 3)).toEqual(['item-31', 'item-30', 'item-29'])
  })

  test('closing the device during the model’s download gives no notice', async () => {
    const server = await testServer()
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (!String(url).endsWith('statistics.safetensors')) return server.fetch(url, init)
      // The connection stays silent until the request is aborted.
      return new Promise((_, reject) => {
        const abandon = () => reject(init?.signal?.reason)
        if (init?.signal?.aborted) abandon()
        else init?.signal?.addEventListener('abort', abandon)
      })
    }
    const environment = { ...workerEnvironment, fetch, indexedDb: () => indexedDB }
    const device = listing(await startDevice(testConfig(newDatabase()), environment))
    await device.close()
    expect(device.snapshot().notices).toEqual([])
  })

  test('one view changes the list without a fit and is named as the reason', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    const [first] = await tested.device.recommend({ limit: 3, excludeIds: ['item-0'] })
    expect(first.id).toBe('item-4')
    expect(first.reason).toEqual({ kind: 'because', item: 'item-0', signal: 'viewed' })
    expect(first.baseRank).toBeGreaterThan(1)
    const base = await tested.device.recommend({ limit: 3, order: 'base' })
    expect(ids(base)).toEqual(['item-31', 'item-30', 'item-29'])
    expect(tested.device.snapshot().learned).toContainEqual({
      kind: 'category',
      name: 'mugs',
      strength: 1,
    })
  })

  test('a bought item has “bought before” as its reason', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'purchase', items: [{ item_id: 'item-1' }] })
    const list = await tested.device.recommend({ limit: 32, exclude: [] })
    expect(list.find(({ id }) => id === 'item-1')?.reason).toEqual({ kind: 'bought-before' })
    expect(list.filter(({ reason }) => reason.kind === 'bought-before')).toHaveLength(1)
  })

  test('bought items and items in the basket are left out, unless a list asks for them', async () => {
    const tested = await start(await testServer(), newDatabase())
    const { device } = tested
    const has = async (id: string, options: ListOptions = {}) =>
      ids(await device.recommend({ limit: 32, ...options })).includes(id)
    const basket = (name: EventName) => tested.capture({ name, item_id: 'item-4' })
    await basket('add_to_cart')
    expect(await has('item-4')).toBe(false)
    expect(ids(await device.similar('item-0', { limit: 31 }))).not.toContain('item-4')
    expect(ids(await device.boughtTogether('item-0', {}))).toEqual(['item-8', 'item-12'])
    // `rerank` keeps every item that the page passes.
    expect(ids(await device.rerank(['item-4', 'item-0'], {}))).toContain('item-4')
    expect(await has('item-4', { order: 'base' })).toBe(true)
    expect(await has('item-4', { order: 'base', exclude: ['basket'] })).toBe(false)
    expect(await has('item-4', { exclude: ['seen', 'bought'] })).toBe(true)
    await basket('remove_from_cart')
    expect(await has('item-4')).toBe(true)
    await tested.capture({ name: 'purchase', items: [{ item_id: 'item-9' }] })
    await tested.capture({ name: 'view_item', item_id: 'item-3' })
    expect(await has('item-9')).toBe(false)
    expect(await has('item-3')).toBe(true)
    expect(await has('item-3', { exclude: ['seen'] })).toBe(false)
    // Other items fill the places of the items that are left out.
    expect(await device.recommend({ limit: 20 })).toHaveLength(20)
  })

  test('a list shows two variants of a product, and further variants only if no other items are left', async () => {
    const catalog = testCatalog.map((item) =>
      item.category === 'bags' ? { ...item, groupId: 'bag' } : item,
    )
    const server = await testServer()
    const { device } = await start(server, newDatabase(), {}, { catalog })
    const bags = (list: readonly { readonly id: string }[]) =>
      ids(list).filter((id) => Number(id.slice(5)) % 4 === 3).length
    const first = await device.recommend({ limit: 12 })
    expect(first).toHaveLength(12)
    // The base list contains no third variant of a product either, so every item has its base rank.
    expect(first.map(({ baseRank }) => baseRank)).toEqual(first.map(({ rank }) => rank))
    expect(bags(first)).toBe(2)
    expect(bags(await device.recommend({ limit: 26 }))).toBe(2)
    const all = await device.recommend({ limit: 32 })
    expect(bags(all)).toBe(8)
    expect(bags(all.slice(-6))).toBe(6)
    // No other product is similar, so all variants are listed.
    expect(bags(await device.similar('item-3', { limit: 8 }))).toBe(7)
    expect(await device.recommend({ category: 'bags' })).toHaveLength(8)
    // The list without a model is the same, so that the first list doesn't jump when the model arrives.
    server.files.delete('1/items.safetensors')
    const without = await start(server, newDatabase(), {}, { catalog })
    expect(ids(await without.device.recommend({ limit: 12 }))).toEqual(ids(first))
  })

  test('a list contains only available items of the requested category, and none of `excludeIds`', async () => {
    const catalog = [
      { id: 'item-1', category: 'cards' },
      { id: 'item-2', category: 'lights', available: false },
      { id: 'item-5', category: 'cards' },
      { id: 'new', category: 'cards' },
    ]
    const { device } = await start(await testServer(), newDatabase(), {}, { catalog })
    expect(new Set(ids(await device.recommend({})))).toEqual(new Set(['item-1', 'item-5', 'new']))
    const cards = await device.recommend({ category: 'cards', excludeIds: ['item-1'] })
    expect(ids(cards)).toEqual(['item-5', 'new'])
  })

  test('a product that the model lacks ranks high at once for a shopper who viewed its category', async () => {
    const server = await testServer()
    const database = newDatabase()
    const url = 'https://shop.test/catalog.json'
    let catalog: readonly Item[] = testCatalog
    const fetch: typeof globalThis.fetch = async (input, init) =>
      String(input) === url ? Response.json(catalog) : server.fetch(input, init)
    const tested = await start(server, database, { fetch }, { catalog: url })
    const added = (category: string, price: number): Item => ({
      id: `new-${category}`,
      ...{ category, price },
    })
    for (const item_id of ['item-0', 'item-8']) await tested.capture({ name: 'view_item', item_id })
    catalog = [...testCatalog, added('mugs', 9), added('bags', 30)]
    await tested.device.checkForUpdate()
    const list = await tested.device.recommend({ limit: 34, diversify: false })
    const place = (id: string) => ids(list).indexOf(id)
    expect(place('new-mugs')).toBeLessThan(8)
    expect(place('new-bags')).toBeGreaterThan(16)
    // Items that the model knows keep their ranks, and a new item's reason is not "popular".
    const { device } = await start(server, newDatabase(), {}, { catalog: testCatalog })
    for (const item_id of ['item-0', 'item-8'])
      await device.capture({ id: item_id, time: Date.now(), input: { name: 'view_item', item_id } })
    const known = ids(list).filter((id) => !id.startsWith('new-'))
    expect(known).toEqual(ids(await device.recommend({ limit: 32, diversify: false })))
    // Each of the two viewed mugs alone would have given the new mug that rank, so the reason is the category.
    expect(list[place('new-mugs')].reason).toEqual({ kind: 'category', category: 'mugs' })
    const [base] = (await tested.device.recommend({ limit: 34, order: 'base' })).filter(
      ({ id }) => id === 'new-mugs',
    )
    expect(base.reason).toEqual({ kind: 'new' })
  })

  describe('of a catalog with many products that the model lacks', () => {
    const added = Array.from({ length: 40 }, (_, i): Item => {
      return { id: `new-${i}`, category: CATEGORIES[i % 4], price: 9 }
    })
    const catalog = [...added, ...testCatalog]
    const interested = {
      id: 'look',
      time: Date.now(),
      input: { name: 'view_item', item_id: 'item-0' },
    } as const
    /** Environment whose clock jumps at each reading, so that the search for similar items pauses often. */
    const hurried = (nextTask: () => Promise<void>) => {
      let time = 0
      return { clock: () => (time += 100), nextTask }
    }
    const idsOn = async ({ device }: TestDevice) => ids(await device.recommend({ limit: 100 }))
    /** Ids that a device lists if the search for similar items runs without a pause. */
    const expectedOf = async (server: TestServer, given: readonly Item[]) => {
      const tested = await start(server, newDatabase(), { clock: () => 0 }, { catalog: given })
      await tested.device.capture(interested)
      return idsOn(tested)
    }

    test('products new to the model are all listed at once, and move to their final ranks when similar items have been found', async () => {
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const server = await testServer()
      const expected = await expectedOf(server, catalog)
      const tested = await start(
        server,
        newDatabase(),
        hurried(() => held),
        { catalog },
      )
      await tested.device.capture(interested)
      const first = await idsOn(tested)
      expect(first).toHaveLength(72)
      expect(first).not.toEqual(expected)
      const before = tested.device.snapshot().revision
      release()
      await expect.poll(() => idsOn(tested)).toEqual(expected)
      await expect.poll(() => tested.device.snapshot().revision).toBeGreaterThan(before)
    })

    test('the search for items similar to new products runs only once for a catalog and a model', async () => {
      const server = await testServer('1')
      const database = newDatabase()
      const pausesOf = async (given: readonly Item[]) => {
        let pauses = 0
        const counting = hurried(async () => void pauses++)
        const tested = await openDevice(server, database, counting, { catalog: given })
        await tested.device.checkForUpdate()
        await tested.device.capture(interested)
        const expected = await expectedOf(server, given)
        await expect.poll(() => idsOn(tested)).toEqual(expected)
        await tested.device.close()
        return pauses
      }
      expect(await pausesOf(catalog)).toBe(10)
      expect(await pausesOf(catalog)).toBe(0)
      expect(await pausesOf(catalog.slice(4))).toBe(9)
      expect(await pausesOf(catalog.slice(4))).toBe(0)
      server.files = await testModelFiles('2', 99)
      expect(await pausesOf(catalog.slice(4))).toBe(9)
    })
  })

  test('rerank puts unknown ids at the end', async () => {
    const { device } = await start(await testServer(), newDatabase())
    const list = await device.rerank(['item-1', 'nowhere', 'item-9'], {})
    expect(ids(list)).toEqual(['item-9', 'item-1', 'nowhere'])
  })

  test('similar items and items bought together come from the model', async () => {
    const { device } = await start(await testServer(), newDatabase())
    expect(ids(await device.boughtTogether('item-0', {}))).toEqual(['item-4', 'item-8', 'item-12'])
    expect(ids(await device.similar('item-0', { limit: 3 }))).toContain('item-4')
    expect(await device.boughtTogether('nowhere', {})).toEqual([])
  })
})
