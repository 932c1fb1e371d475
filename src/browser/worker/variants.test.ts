/**
 * @module Tests that a device takes the id of a product with variants (`groupId`) to mean its variants, and applies a
 * sale's price while the sale runs.
 */
import { filesOf, testCatalog, testModel } from '@nearside/core/model/testShop.ts'
import { expect, test } from 'vitest'
import { ids, start, TestServer } from './testDevice.ts'

const NOW = Date.UTC(2026, 5, 20)
const FAMILY = ['item-0', 'item-4', 'item-8']

async function opened(more: Parameters<typeof start>[3] = {}) {
  const catalog = testCatalog.map((item) =>
    FAMILY.includes(item.id)
      ? { ...item, groupId: 'mug', ...(item.id === 'item-0' && { available: false }) }
      : item,
  )
  const environment = { now: () => NOW, indexedDb: () => undefined }
  const server = new TestServer(await filesOf(testModel('1')))
  return start(server, 'variants', environment, { catalog, ...more })
}

test('an event that names a product with variants is stored for the product’s first available variant', async () => {
  const { capture, device } = await opened()
  const lines = { items: [{ item_id: 'mug', quantity: 2 }, { item_id: 'item-4' }] }
  expect(await capture({ name: 'view_item', item_id: 'mug' })).not.toBeNull()
  expect(ids(await device.recommend({ from: 'viewed' }))).toEqual(['item-4'])
  await capture({ name: 'purchase', ...lines })
  expect(device.snapshot().notices.map(({ code }) => code)).toEqual(['storage-unavailable'])
  const bought = (await device.events(9)).find(({ name }) => name === 'purchase')
  expect(bought).toMatchObject({ items: ['item-4'], quantity: 3 })
})

test('past orders, too, may name a product instead of a variant', async () => {
  const { device } = await opened()
  const order = { id: '1', time: NOW - 86_400_000, items: [{ item_id: 'mug' }] }
  expect(await device.seed([order])).toBe(1)
  expect((await device.events(9))[0].items).toEqual(['item-4'])
})

test('lists that `similar` and `boughtTogether` make for a product are about its variants', async () => {
  const { device } = await opened()
  const similar = ids(await device.similar('mug', { limit: 31 }))
  expect(similar.length).toBeGreaterThan(FAMILY.length)
  for (const id of FAMILY) expect(similar).not.toContain(id)
  // In the test log, each of the three variants is bought with the next three items of its category.
  expect(ids(await device.boughtTogether('mug', {})).sort()).toEqual([
    'item-12',
    'item-16',
    'item-20',
  ])
  expect(ids(await device.recommend({ limit: 32, excludeIds: ['mug'] }))).not.toContain('item-8')
})

test('`rerank` gives a product the rank of its best variant', async () => {
  const { device } = await opened()
  const named = ['item-9', 'mug', 'item-3', 'item-4', 'nowhere']
  const list = await device.rerank(named, {})
  expect(ids(list).sort()).toEqual([...named].sort())
  expect(list.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5])
  expect(list.map(({ baseRank }) => baseRank).sort()).toEqual([1, 2, 3, 4, 5])
  const variants = ids(await device.rerank(['item-9', 'item-8', 'item-3', 'item-4'], {}))
  const products = ids(await device.rerank(['item-9', 'mug', 'item-3'], {}))
  const best = variants.map((id) => (FAMILY.includes(id) ? 'mug' : id))
  expect(products).toEqual([...new Set(best)])
  expect(ids(await device.rerank(named, { limit: 2 }))).toEqual(ids(list).slice(0, 2))
})

test('`explain` explains a product’s best available variant', async () => {
  const { capture, device } = await opened()
  await capture({ name: 'view_item', item_id: 'item-20' })
  const all = ids(await device.recommend({ limit: 32, diversify: false }))
  const best = all.filter((id) => FAMILY.includes(id))[0]
  const explained = await device.explain('mug')
  expect(explained).toEqual(await device.explain(best))
  expect(explained?.id).toBe('item-8')
  expect(await device.explain('nowhere')).toBeNull()
})

test('a rule about a product applies to the product’s variants', async () => {
  const { device } = await opened({ rules: [{ name: 'gone', hide: { id: ['mug'] } }] })
  const shown = ids(await device.recommend({ limit: 32, diversify: false }))
  expect(shown).toHaveLength(29)
  const pinned = await opened({ rules: [{ name: 'first', pin: ['mug'] }] })
  expect(ids(await pinned.device.recommend({ limit: 1 }))).toEqual(['item-4'])
})

test('a rule about a product’s page applies to each list about the product', async () => {
  const when = { item: { id: ['mug'] } }
  const { device } = await opened({ rules: [{ name: 'first', when, pin: ['item-31'] }] })
  for (const item of ['mug', 'item-4'])
    for (const options of [{}, { excludeIds: ['mug'] }]) {
      expect(ids(await device.similar(item, options))[0]).toBe('item-31')
      expect(ids(await device.boughtTogether(item, options))[0]).toBe('item-31')
    }
  // A basket is not about one product, so the rule does not apply.
  expect(ids(await device.boughtTogether(['mug'], {}))).not.toContain('item-31')
})

test('a device can’t contribute if the shop names no servers', async () => {
  const { device } = await opened()
  expect(device.snapshot().canContribute).toBe(false)
})

test('lists use the price of a sale while the sale runs', async () => {
  const until = (day: string) => ({
    catalog: testCatalog.map((item) =>
      item.id === 'item-28' ? { ...item, sale: { price: 2, until: day } } : item,
    ),
    rules: [{ name: 'cheap', only: { price: { to: 2 } } }],
  })
  const shown = async (day: string) =>
    ids(await (await opened(until(day))).device.recommend({ limit: 9 })).sort()
  expect(await shown('2026-06-20')).toEqual(['item-0', 'item-1', 'item-28'])
  expect(await shown('2026-06-19')).toEqual(['item-0', 'item-1'])
})
