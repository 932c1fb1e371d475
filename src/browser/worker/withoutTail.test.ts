/** @module Tests that a device loads nothing for a tail (products loaded when needed) if the catalog has none. */
import 'fake-indexeddb/auto'
import { TEST_MODEL_URL, TestServer } from '@nearside/core/model/testShop.ts'
import { expect, test, vi } from 'vitest'
import { newDatabase, start } from './testDevice.ts'
import { tailShop } from './testTail.ts'

// If the device loaded this code, the failed import would add a notice.
vi.mock('./tail.ts', () => {
  throw new Error('The code for large catalogs was loaded.')
})

test('lists, events and searches of any product request only the model’s own files, each once', async () => {
  const { catalog, shards, wholeFiles } = await tailShop()
  const server = new TestServer(wholeFiles)
  const config = { catalog }
  const { device, capture } = await start(server, newDatabase(), {}, config)
  const [unpopular] = shards[0].ids
  await device.watch([{ id: 1, query: { kind: 'recommend', options: { category: 'kitchen' } } }])
  await capture({ name: 'view_item', item_id: unpopular })
  await capture({ name: 'search', search_term: unpopular })
  await capture({ name: 'view_item', item_id: 'no such item' })
  await device.need({ kind: 'similar', item: unpopular, options: {} })
  await device.forget({ kind: 'category', name: 'garden' })
  await device.fineTune({})
  const asked = server.requests.map(({ url }) => url.slice(TEST_MODEL_URL.length))
  expect(asked.sort()).toEqual([...wholeFiles.keys()].sort())
  expect(device.snapshot().notices.map(({ code }) => code)).toEqual(['item-unknown'])
  expect(device.changes()).toBeNull()
})
