/**
 * @module Tests a large catalog, whose head (best sellers) is loaded at once, and whose tail is loaded in parts when
 * needed.
 */
import 'fake-indexeddb/auto'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { withLive } from '@nearside/core/catalog/live.ts'
import { TEST_MODEL_URL, TestServer } from '@nearside/core/model/testShop.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { WorkerConfig } from '../messages.ts'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { startDevice } from './device.ts'
import { workerEnvironment } from './serve.ts'
import type { Environment, Services } from './services.ts'
import { ShopCatalog } from './shopCatalog.ts'
import { type Bus, createBus } from './state.ts'
import { createTail } from './tail.ts'
import { ids, newDatabase, start, testConfig } from './testDevice.ts'
import { HEAD, TAIL, tailShop } from './testTail.ts'

let shop: Awaited<ReturnType<typeof tailShop>>
beforeAll(async () => {
  shop = await tailShop()
})

const NOW = Date.UTC(2025, 0, 1)
const ofKitchen: ListQuery = {
  kind: 'recommend',
  options: { category: 'kitchen', limit: HEAD + TAIL, exclude: [] },
}

/** Opens a device that has only the best sellers; its clock stands still unless `given` has another. */
async function open(
  server = new TestServer(new Map(shop.files)),
  given: Partial<WorkerConfig> & Partial<Environment> = {},
  database = newDatabase(),
  bus?: Bus,
) {
  const { now = () => NOW, fetch = server.fetch, ...config } = given
  const own = { catalog: shop.head, ...config }
  const opened = await start(server, database, { now, fetch }, own, bus)
  const asked = () =>
    server.requests
      .map(({ url }) => url.slice(TEST_MODEL_URL.length))
      .filter((url) => url.startsWith('tail-'))
  const codes = () => opened.device.snapshot().notices.map(({ code }) => code)
  return { ...opened, server, asked, codes, database }
}

/** Opens a device that has the whole model and the whole catalog. */
const openWhole = () =>
  start(
    new TestServer(shop.wholeFiles),
    newDatabase(),
    { now: () => NOW },
    { catalog: shop.catalog },
  )

/** Waits until the disk has the model's rows and the catalog's data of exactly these products. */
async function stored({ database }: { readonly database: string }, expected: readonly string[]) {
  await waitFor(async () => {
    const kept = (await readSetting(database, 'tail')) as
      | { shards: [number, { rows: { itemIds: string[] }; items: { id: string }[] }][] }
      | undefined
    const shards = kept?.shards.map(([, shard]) => shard) ?? []
    expect(shards.flatMap(({ items }) => ids(items)).sort()).toEqual([...expected].sort())
    const rows = shards.flatMap(({ rows }) => rows.itemIds)
    expect(rows.sort()).toEqual([...expected].sort())
  })
}

async function readSetting(database: string, name: string): Promise<unknown> {
  const disk = await openIndexedDb(database, indexedDB, 'never')
  try {
    return await disk.transact(['settings'], 'readonly', (table) => table('settings').get(name))
  } finally {
    disk.close()
  }
}

async function writeSetting(database: string, tail: unknown): Promise<void> {
  const disk = await openIndexedDb(database, indexedDB, 'never')
  await disk.transact(['settings'], 'relaxed', (table) => table('settings').put(tail, 'tail'))
  disk.close()
}

const inTail = (department: string, at = 0) => {
  const shard = shop.shards.findLast(({ departments }) => departments.includes(department))
  const id = shard?.ids.at(-1 - at)
  if (id === undefined) throw new Error('no such product')
  return id
}

test('while nothing needs a large catalog’s tail (less popular products), no file of it is requested, and lists come from the best sellers', async () => {
  const { device, asked, capture } = await open()
  expect(device.snapshot().model?.items).toBe(HEAD + TAIL)
  expect(await device.recommend({ limit: 20 })).toHaveLength(20)
  await capture({ name: 'view_item', item_id: shop.head[3].id })
  await device.need({ kind: 'recommend', options: { limit: 20 } })
  expect(asked()).toEqual([])
})

test('a category’s list equals that of a device with the whole catalog, also for a shopper with events', async () => {
  const [part, whole] = [await open(), await openWhole()]
  for (const { device, capture } of [part, whole]) {
    await capture({ name: 'view_item', item_id: shop.head[7].id }, 'a')
    await capture({ name: 'add_to_cart', item_id: inTail('garden') }, 'b')
    await device.need(ofKitchen)
  }
  const expected = whole.device.list(ofKitchen)
  expect(expected.length).toBeGreaterThan(300)
  await waitFor(() => expect(part.device.list(ofKitchen)).toEqual(expected))
  expect(part.codes()).toEqual([])
})

test('an event about a product that is not loaded is stored at once, and the product’s part of the catalog is loaded', async () => {
  const { device, asked, capture } = await open()
  const item_id = inTail('garden')
  expect(await capture({ name: 'view_item', item_id })).not.toBeNull()
  await waitFor(() =>
    expect(ids(device.list({ kind: 'recommend', options: { from: 'viewed' } }))).toEqual([item_id]),
  )
  const lines = asked().filter((url) => url.endsWith('.json') && !url.endsWith('index.json'))
  expect(lines).toHaveLength(1)
  expect(device.changes()?.added.map(({ id }) => id)).toContain(item_id)
})

test('a list of items similar to a product that is not loaded loads the product’s part of the catalog', async () => {
  const { device } = await open()
  const query: ListQuery = { kind: 'similar', item: inTail('kitchen'), options: { limit: 5 } }
  expect(device.list(query)).toEqual([])
  await device.need(query)
  expect(device.list(query)).toHaveLength(5)
})

test('a search loads the parts of the catalog with its words, and then affects lists', async () => {
  const { device, asked, capture } = await open()
  const id = inTail('garden')
  await capture({ name: 'search', search_term: `thing ${id.split(' ')[1]}` })
  await waitFor(() => expect(device.changes()?.added.map((item) => item.id)).toContain(id))
  await waitFor(() => {
    const [first] = device.list({ kind: 'recommend', options: { category: 'garden', limit: 1 } })
    expect(first).toMatchObject({ id, reason: { kind: 'searched' } })
  })
  const shards = asked().filter((url) => /\/\d+\.safetensors$/.test(url))
  expect(shards).toHaveLength(1)
  expect(asked().filter((url) => url.endsWith('words.json'))).toHaveLength(1)
})

test('if the catalog’s table of words is damaged, a search is still stored, and a notice reports the damage', async () => {
  const server = new TestServer(new Map(shop.files))
  server.files.set(`${shop.folder}-catalog/words.json`, utf8('{"item":[-1]}'))
  const { device, capture, codes } = await open(server)
  expect(await capture({ name: 'search', search_term: 'item' })).not.toBeNull()
  await waitFor(() => expect(codes()).toEqual(['model-corrupt']))
  expect(device.changes()).toBeNull()
})

test('an event with an id that no product has gives a notice, and loads no part of the catalog', async () => {
  const { asked, capture, codes } = await open()
  await capture({ name: 'view_item', item_id: 'no such item' })
  await waitFor(() => expect(codes()).toEqual(['item-unknown']))
  expect(asked().filter((url) => !/(index\.json|ids-\d+\.safetensors)$/.test(url))).toEqual([])
})

test('the next visit knows the shopper’s products without a request, and lists these products after they are loaded again', async () => {
  const first = await open()
  const item_id = inTail('kitchen')
  await first.capture({ name: 'purchase', item_id })
  await stored(first, [item_id])
  const scores = ({ device }: typeof first) =>
    device
      .list({ kind: 'recommend', options: { limit: HEAD, exclude: [] } })
      .flatMap(({ id, score }) => (id === shop.head[0].id ? [score] : []))
  const [expected] = scores(first)
  await first.device.close()
  const { device, asked, ...rest } = await open(undefined, {}, first.database)
  const bought: ListQuery = { kind: 'recommend', options: { from: 'bought', exclude: [] } }
  expect(scores({ device, asked, ...rest })).toEqual([expected])
  expect(ids(device.list(bought))).toEqual([])
  expect(device.changes()?.added).toMatchObject([{ id: item_id, available: false }])
  expect(asked()).toEqual([])
  await device.need(ofKitchen)
  expect(ids(device.list(bought))).toEqual([item_id])
})

test('of a large catalog’s tail, the disk has only products of the shopper’s events, and none after the events are erased', async () => {
  const opened = await open()
  const [one, other] = [inTail('garden'), inTail('kitchen')]
  for (const item_id of [one, other]) await opened.capture({ name: 'view_item', item_id })
  await stored(opened, [other, one])
  await opened.device.forget({ kind: 'item', name: one })
  await stored(opened, [other])
  expect(opened.device.changes()?.added.map(({ id }) => id)).toContain(other)
  await opened.device.erase()
  await stored(opened, [])
})

test('after a switch to another person, the shopper’s products are unknown; after a switch back, they are known again', async () => {
  const { device, capture, ...rest } = await open()
  const item_id = inTail('garden')
  await capture({ name: 'view_item', item_id })
  await stored(rest, [item_id])
  const viewed: ListQuery = { kind: 'recommend', options: { from: 'viewed' } }
  const ida = await device.profiles('add', 'Ida')
  await device.profiles('switch', ida ?? '')
  await waitFor(() => expect(device.list(viewed)).toEqual([]))
  await device.profiles('switch', 'me')
  await waitFor(() => expect(ids(device.list(viewed))).toEqual([item_id]))
})

test('changes in live.json apply to products of a large catalog’s tail (loaded when needed)', async () => {
  const server = new TestServer(new Map(shop.files))
  const item = inTail('kitchen')
  const catalog = `${TEST_MODEL_URL}catalog.json`
  const bytes = utf8(JSON.stringify(shop.head))
  server.files.set('catalog.json', bytes)
  const live = {
    ...{ catalog: await sha256Hex(bytes), time: '2025-01-01T00:00:00Z', minutes: 5 },
    ...{ changed: [{ id: item, price: 7.5 }], gone: [inTail('kitchen', 1)], added: [] },
  }
  server.files.set('live.json', utf8(JSON.stringify(live)))
  const { device } = await open(server, { catalog, live: `${TEST_MODEL_URL}live.json` })
  await device.need(ofKitchen)
  const added = new Map(device.changes()?.added.map((one) => [one.id, one.price]))
  expect(added.get(item)).toBe(7.5)
  expect(added.has(inTail('kitchen', 1))).toBe(false)
  expect(ids(device.list(ofKitchen))).not.toContain(inTail('kitchen', 1))
})

const damage: Readonly<
  Record<string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | null>
> = {
  'is missing': () => null,
  'is cut off': (bytes) => bytes.slice(0, bytes.length >> 1),
  'has a flipped bit': (bytes) =>
    bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)),
}

for (const [how, spoil] of Object.entries(damage))
  for (const what of ['index.json', '.safetensors'])
    test(`if the tail’s ${what} ${how}, the list comes from the best sellers, with a notice, until the file is whole again`, async () => {
      let time = NOW
      const { device, server, codes, capture } = await open(undefined, { now: () => time })
      const before = device.list(ofKitchen)
      for (const [name, bytes] of shop.files) {
        if (!name.startsWith(`${shop.folder}/`) || !name.endsWith(what)) continue
        const spoilt = spoil(bytes)
        if (spoilt) server.files.set(name, spoilt)
        else server.files.delete(name)
      }
      await device.need(ofKitchen)
      expect(device.list(ofKitchen)).toEqual(before)
      expect(codes()).toEqual([how === 'is missing' ? 'model-unreachable' : 'model-corrupt'])
      expect(await capture({ name: 'view_item', item_id: inTail('garden') })).not.toBeNull()
      server.files = new Map(shop.files)
      await device.need(ofKitchen)
      expect(device.list(ofKitchen)).toEqual(before)
      time += 60_000
      await device.need(ofKitchen)
      expect(device.list(ofKitchen).length).toBeGreaterThan(before.length)
    })

test('without a network, a large catalog’s lists come from its best sellers, and no event is lost', async () => {
  const { device, server, capture, codes } = await open()
  server.online = false
  await device.need(ofKitchen)
  expect(device.list(ofKitchen).length).toBeGreaterThan(0)
  await capture({ name: 'view_item', item_id: inTail('garden') })
  expect(await device.events(9)).toHaveLength(1)
  expect(codes()).toContain('model-unreachable')
})

test('forgetting a category removes events about its products, and about products whose category was never loaded', async () => {
  const first = await open()
  const kitchen = shop.head.find((item) => item.category === 'kitchen')?.id ?? ''
  await first.capture({ name: 'view_item', item_id: inTail('garden') })
  await first.capture({ name: 'view_item', item_id: inTail('kitchen') })
  await stored(first, [inTail('kitchen'), inTail('garden')])
  first.server.online = false
  await first.capture({ name: 'view_item', item_id: kitchen })
  await first.capture({ name: 'view_item', item_id: shop.shards[0].ids[0] })
  await first.device.close()
  const { device, asked } = await open(undefined, {}, first.database)
  await device.forget({ kind: 'category', name: 'garden' })
  expect((await device.events(9)).map(({ items }) => items[0]).sort()).toEqual(
    [kitchen, inTail('kitchen')].sort(),
  )
  expect(asked()).toEqual([])
})

test('the device’s log lists the requests for a large catalog’s tail (products loaded when needed) as downloads of the model', async () => {
  const { device } = await open()
  await device.need(ofKitchen)
  const urls = (await device.entries())
    .filter(({ kind }) => kind === 'request')
    .map(({ detail }) => [detail.purpose, detail.url])
  expect(urls).toContainEqual(['model', `${TEST_MODEL_URL}${shop.folder}/`])
})

test('after a product is forgotten, the device’s log names no file of its category, not even a file whose request failed', async () => {
  const { device, capture, server, asked } = await open()
  server.files.delete(`${shop.folder}-catalog/0.json`)
  const items = [inTail('garden'), shop.shards[0].ids[0]]
  for (const item_id of items) await capture({ name: 'view_item', item_id })
  await waitFor(() => expect(asked()).toContain(`${shop.folder}-catalog/0.json`))
  await waitFor(() => expect(device.changes()?.added.map(({ id }) => id)).toContain(items[0]))
  for (const name of items) await device.forget({ kind: 'item', name })
  expect(JSON.stringify(await device.entries())).not.toMatch(/tail-[^"]*\d\.(json|safetensors)/)
})

test('if too many items are loaded, the parts of the catalog used least recently are dropped, except the shopper’s items', async () => {
  const { headModel, files, shards } = shop
  const own = shards[0].ids[1]
  const asked: string[] = []
  const services = {
    state: { own: { events: [{ items: [own] }] } },
    bus: { emit: () => undefined },
    store: {
      own: () => ({
        epoch: async () => 0,
        setting: async () => undefined,
        events: async () => ({ events: [{ items: [own] }] }),
        changeSettings: async () => undefined,
      }),
    },
    config: { baseModel: '' },
    notices: {
      add: (error: unknown) => {
        throw error
      },
    },
    now: () => NOW,
    transport: {
      get: async (path: string) => {
        asked.push(path)
        return files.get(path)
      },
    },
  } as unknown as Parameters<typeof createTail>[0]
  const most = 100
  const tail = createTail(
    services,
    headModel,
    () => false,
    async () => {},
    most,
  )
  const first = async (n: number) => tail.follow({ items: [shards[n].ids[0]], query: undefined })
  for (const n of [0, 1, 2]) await first(n)
  const joined = tail.join(headModel)
  expect(joined.itemIds.slice(HEAD)).toEqual([own, ...shards[1].ids, ...shards[2].ids])
  expect(ids(tail.items())).toEqual(joined.itemIds.slice(HEAD))
  const row = (of: Pick<typeof joined, 'itemIds' | 'itemVectors'>) => {
    const at = of.itemIds.indexOf(own)
    return [...of.itemVectors.subarray(64 * at, 64 * (at + 1))]
  }
  expect(row(joined)).toEqual(row(shop.model))
  // Shard 1 (a part of the tail) is used again, so that shard 2 is the least recently used one.
  await tail.need({ kind: 'similar', item: shards[1].ids[0] })
  await first(0)
  expect(tail.join(headModel).itemIds.slice(HEAD)).toEqual([...shards[0].ids, ...shards[1].ids])
  const again = asked.filter((path) => path === `${shop.folder}/0.safetensors`)
  expect(again).toHaveLength(2)
  // Three products of three shards need more room than there is, but stay, because the shopper's events name them.
  const three = [3, 4, 5].map((n) => shards[n].ids[2])
  services.state.own.events = [{ items: three }] as unknown as typeof services.state.own.events
  await tail.follow({ items: three, query: undefined })
  expect(tail.join(headModel).itemIds).toEqual(expect.arrayContaining(three))
  // Products of a list that is needed again and again stay loaded.
  for (const n of [0, 1, 2]) {
    await tail.need({ kind: 'similar', item: three[2] })
    await first(n)
  }
  expect(tail.join(headModel).itemIds).toEqual(expect.arrayContaining([...shards[5].ids]))
})

test('the disk stores no file of a large catalog’s tail (products loaded when needed)', async () => {
  const { device, database } = await open()
  await device.need(ofKitchen)
  await device.close()
  const request = indexedDB.open(database)
  const disk = await new Promise<IDBDatabase>((there) => {
    request.onsuccess = () => there(request.result)
  })
  const rows = disk.transaction('downloads').objectStore('downloads').getAll()
  const stored = await new Promise<readonly { files: object }[]>((there) => {
    rows.onsuccess = () => there(rows.result)
  })
  disk.close()
  const names = stored.flatMap(({ files }) => Object.keys(files))
  expect(names).toContain('items.safetensors')
  expect(names.filter((name) => /^\d|^ids-|^index/.test(name))).toEqual([])
})

test('a page that passes the whole catalog gets the same lists, because the device doesn’t take products of the tail (loaded when needed) for new ones', async () => {
  // If more than 5,000 products are unknown, the device takes them for less popular ones (the tail), not for new ones.
  const others = Array.from({ length: 5000 }, (_, i) => ({ id: `other ${i}` }))
  const { device } = await open(undefined, { catalog: [...shop.catalog, ...others] })
  const list = device.list({ kind: 'recommend', options: { limit: 2 * (HEAD + TAIL) } })
  expect(list).toHaveLength(HEAD)
  await device.need(ofKitchen)
  const kitchen = shop.catalog.filter(({ category }) => category === 'kitchen')
  expect(device.list(ofKitchen)).toHaveLength(kitchen.length)
})

test('a row stored for an older model’s tail is ignored and replaced; an erasure deletes the stored search for similar items', async () => {
  const first = await open()
  const item_id = inTail('garden')
  await first.capture({ name: 'view_item', item_id })
  await stored(first, [item_id])
  await first.device.close()
  const kept = (await readSetting(first.database, 'tail')) as object
  await writeSetting(first.database, { ...kept, sha256: '0'.repeat(64) })
  const next = await open(undefined, {}, first.database)
  expect(next.device.changes()).toBeNull()
  await next.capture({ name: 'view_item', item_id })
  await waitFor(async () =>
    expect(await readSetting(first.database, 'tail')).toMatchObject({
      sha256: shop.headModel.manifest.tail?.sha256,
    }),
  )
  await next.device.erase()
  await next.device.close()
  const disk = await openIndexedDb(first.database, indexedDB, 'never')
  const found = await disk.transact(['downloads'], 'readonly', (table) =>
    table('downloads').get('new-items'),
  )
  disk.close()
  expect(found).toBeUndefined()
})

for (const [what, spoil] of Object.entries({
  'no vectors': (rows: object) => ({ ...rows, itemVectors: undefined }),
  'a vector too few': (rows: object) => ({ ...rows, itemVectors: new Float32Array(1) }),
  'another form': () => 7,
}))
  test(`stored rows of products with ${what} are left out, and lists stay ranked`, async () => {
    const first = await open()
    await first.capture({ name: 'purchase', item_id: inTail('garden') })
    await stored(first, [inTail('garden')])
    await first.device.close()
    const kept = (await readSetting(first.database, 'tail')) as {
      shards: [number, { rows: object }][]
    }
    const shards = kept.shards.map(([number, { rows, ...shard }]) => [
      number,
      { ...shard, rows: spoil(rows) },
    ])
    await writeSetting(first.database, { ...kept, shards })
    const { device, codes } = await open(undefined, {}, first.database)
    expect(codes()).toEqual([])
    const [top] = device.list({ kind: 'recommend', options: { limit: 1 } })
    expect(top.score).toBeGreaterThan(0)
  })

test('after a switch between two people, the device knows only the product that the person in use viewed', async () => {
  const first = await open()
  const [mine, theirs] = [inTail('garden'), inTail('kitchen')]
  await first.capture({ name: 'view_item', item_id: mine })
  await stored(first, [mine])
  const ida = (await first.device.profiles('add', 'Ida')) ?? ''
  await first.device.profiles('switch', ida)
  const theirEvent = { id: 'i', time: NOW, input: { name: 'view_item', item_id: theirs } as const }
  await first.device.capture(theirEvent)
  await stored({ database: `${first.database} for ${ida}` }, [theirs])
  await first.device.profiles('switch', 'me')
  await first.device.close()
  const { device } = await open(undefined, {}, first.database)
  expect(device.changes()?.added.map(({ id }) => id)).toEqual([mine])
  await device.profiles('switch', ida)
  expect(device.changes()?.added.map(({ id }) => id)).toEqual([theirs])
})

test('the import of another device’s events requests no part of the catalog', async () => {
  const first = await open()
  for (const name of ['garden', 'kitchen'])
    await first.capture({ name: 'view_item', item_id: inTail(name) })
  const { file, code } = await first.device.exportTransfer()
  const { device, asked } = await open()
  expect(await device.importTransfer(file, code)).toBe(2)
  await device.need({ kind: 'recommend', options: {} })
  expect(asked()).toEqual([])
})

test('an event captured before the model has arrived loads its product afterwards', async () => {
  const server = new TestServer(new Map(shop.files))
  let release = () => {}
  const held = new Promise<void>((there) => {
    release = there
  })
  const fetch: typeof globalThis.fetch = async (url, init) => {
    if (/\/1\/(?!manifest)/.test(String(url)) && !/tail-/.test(String(url))) await held
    return server.fetch(url, init)
  }
  const device = await startDevice(testConfig(newDatabase(), { catalog: shop.head }), {
    ...workerEnvironment,
    ...{ now: () => NOW, fetch, random: () => 0 },
  })
  onTestFinished(() => device.close())
  const item_id = inTail('garden')
  expect(device.snapshot().model).toBeNull()
  const captured = device.capture({ id: 'e', time: NOW, input: { name: 'view_item', item_id } })
  expect(await captured).toBe('e')
  release()
  await waitFor(() => expect(device.changes()?.added.map(({ id }) => id)).toContain(item_id))
})

test('a tab reads from disk which products another tab loaded, so that forgetting a category removes only events of that category', async () => {
  const [one, other] = [createBus(), createBus()]
  one.on('stored', (what) => other.emit('storedElsewhere', what))
  other.on('stored', (what) => one.emit('storedElsewhere', what))
  const first = await open(undefined, {}, undefined, one)
  const second = await open(undefined, {}, first.database, other)
  const item_id = inTail('garden')
  await first.capture({ name: 'purchase', item_id })
  await waitFor(() => {
    second.timers.fire(0)
    expect(second.device.changes()?.added.map(({ id }) => id)).toEqual([item_id])
  })
  // A second product from the same part of the tail (shard).
  const next = inTail('garden', 1)
  await first.capture({ name: 'purchase', item_id: next })
  await waitFor(() => {
    second.timers.fire(0)
    expect(
      second.device
        .changes()
        ?.added.map(({ id }) => id)
        .sort(),
    ).toEqual([item_id, next].sort())
  })
  expect(second.asked()).toEqual([])
  await second.device.forget({ kind: 'category', name: 'kitchen' })
  expect(await second.device.events(9)).toHaveLength(2)
})

test('after an update of the model, the products of the shopper and of watched lists are loaded again', async () => {
  const { device, server, capture } = await open()
  await device.watch([{ id: 1, query: ofKitchen }])
  await capture({ name: 'view_item', item_id: inTail('kitchen') })
  const next = await tailShop(2)
  server.files = next.files
  expect(await device.checkForUpdate()).toMatchObject({ adopted: true })
  const known = new Set(shop.head.map(({ id }) => id))
  const kitchen = next.shards.flatMap(({ ids, departments }) =>
    departments.includes('kitchen') ? ids.filter((id) => !known.has(id)) : [],
  )
  expect(kitchen.length).toBeGreaterThan(10)
  await waitFor(() =>
    expect(device.changes()?.added.map(({ id }) => id)).toEqual(expect.arrayContaining(kitchen)),
  )
})

test('a watched list gets its products at the shopper’s next action after the network is back', async () => {
  let time = NOW
  const { device, server, capture } = await open(undefined, { now: () => time })
  server.online = false
  await device.watch([{ id: 1, query: ofKitchen }])
  const before = device.list(ofKitchen).length
  server.online = true
  time += 60_000
  await capture({ name: 'view_item', item_id: shop.head[3].id })
  await waitFor(() => expect(device.list(ofKitchen).length).toBeGreaterThan(before))
})

test('if one category’s file hangs or is missing, other categories are still loaded', async () => {
  const server = new TestServer(new Map(shop.files))
  server.files.delete(`${shop.folder}-catalog/words.json`)
  const garden = shop.shards.findIndex(({ departments }) => departments.includes('garden'))
  const fetch: typeof globalThis.fetch = (url, init) =>
    String(url).endsWith(`/${garden}.safetensors`)
      ? new Promise(() => undefined)
      : server.fetch(url, init)
  const { device, capture, codes } = await open(server, { fetch })
  await capture({ name: 'search', search_term: 'thing' })
  await waitFor(() => expect(codes()).toContain('model-unreachable'))
  void device.need({ kind: 'recommend', options: { category: 'garden' } })
  const before = device.list(ofKitchen).length
  await device.need(ofKitchen)
  expect(device.list(ofKitchen).length).toBeGreaterThan(before)
})

test('to store views of best sellers, the device doesn’t read the stored events again', async () => {
  const { capture } = await open()
  const reads = vi.spyOn(IDBObjectStore.prototype, 'getAll')
  onTestFinished(() => reads.mockRestore())
  for (const { id } of shop.head.slice(0, 3)) await capture({ name: 'view_item', item_id: id })
  const tables = reads.mock.contexts.map((store) => (store as IDBObjectStore).name)
  expect(tables).not.toContain('events')
})

test('if the page passes a product of the tail (less popular products), the device still loads the product’s part of the model', async () => {
  const item = inTail('garden')
  const own = shop.catalog.filter(({ id }) => id === item)
  const fresh = { id: 'fresh', title: 'fresh thing' }
  const { device, capture, asked, codes } = await open(undefined, {
    catalog: [...shop.head, ...own, fresh],
  })
  await capture({ name: 'view_item', item_id: fresh.id })
  await capture({ name: 'view_item', item_id: item })
  await waitFor(() => expect(asked().some((url) => /\/\d+\.safetensors$/.test(url))).toBe(true))
  await device.need({ kind: 'similar', item })
  expect(codes()).toEqual([])
})

test('a category that the shop renamed after training keeps its products', async () => {
  const files = new Map(shop.files)
  for (const [name, bytes] of files)
    if (name.startsWith(`${shop.folder}-catalog/`)) {
      const text = new TextDecoder().decode(bytes).replaceAll('"kitchen"', '"Cooking"')
      files.set(name, utf8(text))
    }
  const { device } = await open(new TestServer(files))
  const query: ListQuery = { kind: 'recommend', options: { category: 'Cooking', limit: TAIL } }
  await device.need(query)
  expect(device.list(query).length).toBeGreaterThan(10)
})

test('a product that a newer catalog moves to its tail (products loaded when needed) stays on open pages, at its new price', async () => {
  const server = new TestServer(new Map(shop.files))
  const catalog = `${TEST_MODEL_URL}catalog.json`
  const publish = async (items: readonly object[]) => {
    const bytes = utf8(JSON.stringify(items))
    server.files.set('catalog.json', bytes)
    const live = {
      ...{ catalog: await sha256Hex(bytes), time: '2025-01-01T00:00:00Z', minutes: 5 },
      ...{ changed: [], gone: [], added: [] },
    }
    server.files.set('live.json', utf8(JSON.stringify(live)))
  }
  const [lost, id] = [inTail('garden'), inTail('kitchen')]
  const moving = shop.catalog
    .filter((item) => [lost, id].includes(item.id))
    .map((item) => ({ ...item, price: 1 }))
  const page = [...shop.head, ...moving]
  await publish(page)
  const { device } = await open(server, { catalog, live: `${TEST_MODEL_URL}live.json` })
  await publish(shop.head)
  await device.checkForUpdate()
  await device.need(ofKitchen)
  const priceOf = (id: string) => shop.catalog.find((item) => item.id === id)?.price
  const shown = withLive(page, device.changes()).filter((item) => [lost, id].includes(item.id))
  expect(shown).toEqual([expect.objectContaining({ id, price: priceOf(id) })])
  expect(shown[0].price).not.toBe(1)
})

test('a sale applies even if its product is loaded after the sale began; the begin of a later sale is announced', async () => {
  let time = NOW
  const hour = 3_600_000
  const files = new Map(shop.files)
  const sale = { price: 0.5, from: new Date(NOW + 3 * hour).toISOString() }
  for (const [name, bytes] of files)
    if (/-catalog\/\d+\.json$/.test(name)) {
      const items: Item[] = JSON.parse(new TextDecoder().decode(bytes))
      files.set(name, utf8(JSON.stringify(items.map((item) => ({ ...item, sale })))))
    }
  const { device, timers } = await open(new TestServer(files), { now: () => time })
  await device.need(ofKitchen)
  const { revision } = device.snapshot()
  time += 4 * hour
  timers.fire(60_000)
  await waitFor(() => expect(device.snapshot().revision).toBeGreaterThan(revision))

  const services = { now: () => time, config: { catalog: shop.head }, notices: { add: vi.fn() } }
  const catalog = new ShopCatalog(services as unknown as Services)
  time = NOW
  await catalog.start(() => {})
  time += 4 * hour
  catalog.setTail([{ id: 'sold', price: 9, sale }])
  expect(catalog.current?.get('sold')?.price).toBe(0.5)
})
