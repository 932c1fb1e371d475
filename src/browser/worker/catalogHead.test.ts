/** @module Tests events, past orders and rules while only the first part of a catalog has arrived. */
import 'fake-indexeddb/auto'
import { utf8 } from '@nearside/core/bytes.ts'
import { HEAD, headOf, writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import { TEST_MODEL_URL, testCatalog } from '@nearside/core/model/testShop.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import { expect, onTestFinished, test } from 'vitest'
import type { WorkerConfig } from '../messages.ts'
import { ME, NOBODY } from '../profiles.ts'
import { startDevice } from './device.ts'
import { testConfig, testServer } from './testDevice.ts'

const BEST = ['item-31', 'item-30', 'item-29', 'item-28', 'item-27']
const unknown = Array.from({ length: 2 * HEAD }, (_, i) => ({ id: `new-${i}`, category: 'news' }))
const text = writeCatalog([...unknown, ...testCatalog], BEST)

/** Opens a device that gets only the first part of the catalog; `finish` lets the rest arrive. */
async function open(config: Partial<WorkerConfig> = {}) {
  const server = await testServer()
  const bytes = utf8(text)
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const half = utf8(headOf(text)).length + 100
  const catalog = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(bytes.subarray(0, half))
          await finished
          controller.enqueue(bytes.subarray(half))
          controller.close()
        },
      }),
    )
  const disk = new IDBFactory()
  const url = `${TEST_MODEL_URL}catalog.json`
  const device = await startDevice(testConfig('head', { catalog: url, ...config }), {
    now: () => Date.now(),
    clock: () => performance.now(),
    random: () => 0,
    timers: { set: () => 1, clear: () => {} },
    nextTask,
    fetch: async (input, init) => (String(input) === url ? catalog() : server.fetch(input, init)),
    indexedDb: () => disk,
    chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
    onDemand: () => import('./onDemand.ts'),
  })
  onTestFinished(() => {
    finish()
    return device.close()
  })
  const look = (item_id: string) =>
    device.capture({ id: 'look', time: Date.now(), input: { name: 'view_item', item_id } })
  const items = async () => (await device.events(100)).flatMap((event) => event.items)
  return { device, finish, look, items }
}

test.each([
  ['a switch from `nobody` to the shopper', 'switch'],
  ['a pause', 'pause'],
  ['an erasure', 'erase'],
] as const)('%s drops an event that waits for the rest of the catalog', async (_, what) => {
  const { device, finish, look, items } = await open()
  if (what === 'switch') await device.profiles('switch', NOBODY)
  const looked = look('item-3')
  // After 50 ms, the event waits for the rest of the catalog, and nothing else runs.
  await new Promise((resolve) => setTimeout(resolve, 50))
  if (what === 'switch') await device.profiles('switch', ME)
  if (what === 'pause') await device.pause(true)
  if (what === 'erase') await device.erase()
  finish()
  expect(await looked).toBeNull()
  expect(await items()).toEqual([])
})

test('an event about a product in the catalog’s second part is stored as soon as that part has arrived', async () => {
  const { finish, look, items } = await open()
  const looked = look('item-3')
  finish()
  expect(await looked).toBe('look')
  expect(await items()).toEqual(['item-3'])
})

test('past orders imported before the catalog’s second part has arrived keep their products of that part', async () => {
  const { device, finish, items } = await open()
  const seeded = device.seed([
    { id: 'a', time: Date.now() - 9e8, items: [{ item_id: 'item-3' }] },
    { id: 'b', time: Date.now() - 9.9e8, items: [{ item_id: 'item-30' }, { item_id: 'item-2' }] },
  ])
  finish()
  expect(await seeded).toBe(2)
  expect((await items()).toSorted()).toEqual(['item-2', 'item-3', 'item-30'])
})

test('if a rule pins a product, lists wait for the whole catalog', async () => {
  const query = { kind: 'recommend', options: { limit: 3, page: 'home' } } as const
  const pin = { name: 'pin', when: { page: ['home'] }, pin: ['item-3'] }
  const { device } = await open({ rules: [pin] })
  expect(device.lacks(query)).toBe(true)
  expect((await open()).device.lacks(query)).toBe(false)
})
