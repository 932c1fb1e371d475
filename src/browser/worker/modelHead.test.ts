/** @module Tests lists while only the model's manifest has arrived, which names the best sellers. */
import 'fake-indexeddb/auto'
import { HEAD } from '@nearside/core/catalog/catalogLines.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { parseManifest } from '@nearside/core/model/manifest.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { filesOf, TEST_MODEL_URL, TestServer } from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import { expect, onTestFinished, test } from 'vitest'
import { startDevice } from './device.ts'
import { ids, listing, testConfig } from './testDevice.ts'

const ITEMS = 3 * HEAD
const model = tinyModel(ITEMS)
const files = await filesOf(model)
const catalog = model.itemIds.map((id, at) => ({ id, category: `department ${at % 7}` }))
const ofCategory = { kind: 'recommend', options: { limit: 8, category: 'department 3' } } as const

/** Opens a device that gets each file of the model only after `arrives` has named the file. */
async function open() {
  const server = new TestServer(files)
  const waiting = new Map<string, (how: 'whole' | 'broken') => void>()
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const name = String(input).split('/').at(-1) ?? ''
    if (name.endsWith('.safetensors')) {
      const how = await new Promise((resolve) => waiting.set(name, resolve))
      if (how === 'broken') throw new TypeError('broken')
    }
    return server.fetch(input, init)
  }
  const disk = new IDBFactory()
  const device = listing(
    await startDevice(testConfig('modelHead', { catalog }), {
      now: () => Date.now(),
      clock: () => performance.now(),
      random: () => 0,
      timers: { set: () => 1, clear: () => {} },
      nextTask,
      fetch,
      indexedDb: () => disk,
      chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
      onDemand: () => import('./onDemand.ts'),
    }),
  )
  const arrives = async (name: string, how: 'whole' | 'broken' = 'whole') => {
    await waitFor(() => expect([...waiting.keys()]).toContain(name))
    waiting.get(name)?.(how)
    waiting.delete(name)
  }
  const rest = async () => {
    const names = ['items', 'statistics', 'encoder', 'shared'].map((name) => `${name}.safetensors`)
    for (const name of names) await arrives(name)
    await device.ready()
  }
  onTestFinished(async () => {
    for (const [, resolve] of waiting) resolve('broken')
    await device.close()
  })
  return { device, server, arrives, rest }
}

test('a new shopper’s list needs only latest.json and the manifest, and is the same after the whole model has arrived', async () => {
  const { device, server, arrives, rest } = await open()
  const names = server.requests.map(({ url }) => url.slice(TEST_MODEL_URL.length))
  expect(names).toEqual(['latest.json', `${model.manifest.version}/manifest.json`])
  const first = await device.recommend({ limit: 100, diversify: false })
  expect(first).toHaveLength(100)
  await arrives('popularity.safetensors')
  await device.need(ofCategory)
  expect(await device.recommend({ limit: 100, diversify: false })).toEqual(first)
  await rest()
  expect(device.snapshot().model).not.toBeNull()
  expect(ids(await device.recommend({ limit: 100, diversify: false, order: 'base' }))).toEqual(
    ids(first),
  )
})

test('lists that need more than the best sellers wait for the popularity of all items', async () => {
  const { device, arrives, rest } = await open()
  expect(device.lacks(ofCategory)).toBe(true)
  expect(device.lacks({ kind: 'recommend', options: { limit: 8 } })).toBe(false)
  await arrives('popularity.safetensors')
  await device.need(ofCategory)
  expect(device.lacks(ofCategory)).toBe(false)
  const list = ids(device.list(ofCategory))
  await rest()
  const base = { ...ofCategory.options, order: 'base' } as const
  expect(list).toEqual(ids(await device.recommend(base)))
})

test('events and orders wait only for the catalog, not for the model', async () => {
  const { device, arrives, rest } = await open()
  const input = { name: 'view_item', item_id: 'no such item' } as const
  expect(await device.capture({ id: 'a', time: Date.now(), input })).toBeNull()
  const order = { id: '1', time: Date.now(), items: [{ item_id: model.itemIds[0] }] }
  expect(await device.seed([order])).toBe(1)
  expect(device.lacks(ofCategory)).toBe(true)
  await arrives('popularity.safetensors')
  await rest()
})

test('lists no longer wait after the model’s download has failed', async () => {
  const { device, arrives } = await open()
  const first = await device.recommend({ limit: 20 })
  await arrives('popularity.safetensors', 'broken')
  await device.ready()
  expect(device.lacks(ofCategory)).toBe(false)
  expect(await device.recommend({ limit: 20 })).toEqual(first)
  expect(device.list(ofCategory)).toHaveLength(8)
  expect(device.snapshot().notices.map(({ code }) => code)).toContain('model-unreachable')
})

test('the manifest lists all best sellers, with the same popularity as the model’s file', async () => {
  const { manifest } = await writeBaseModel(model)
  const { ids: best = [], popularity = [] } = manifest.bestSellers ?? {}
  expect(best).toHaveLength(HEAD)
  const { popularity30 } = model.statistics
  const rows = best.map((id) => model.itemIds.indexOf(id))
  expect(Float32Array.from(popularity)).toEqual(Float32Array.from(rows, (row) => popularity30[row]))
  const least = Math.min(...popularity)
  expect(popularity30.filter((one) => one > least).length).toBeLessThan(HEAD)
  const cut = { ...manifest, bestSellers: { ids: best, popularity: popularity.slice(1) } }
  expect(() => parseManifest(cut)).toThrow(expect.objectContaining({ code: 'model-corrupt' }))
  expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest)
})
