/**
 * @module Tests a catalog file that arrives in two parts. A new shopper's list comes from the first part, the head; all
 * other lists wait for the second part.
 */

import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { HEAD, headOf, writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import {
  TEST_MODEL_URL,
  TestServer,
  testCatalog,
  testModelFiles,
} from '@nearside/core/model/testShop.ts'
import type { ListAnswer } from '@nearside/core/ranking/apiLists.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { afterEach, expect, test } from 'vitest'
import type { Personalizer } from '../api.ts'
import { deviceInPage, workerEnvironment } from '../worker/serve.ts'
import { codesOf, idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
afterEach(page.end)

const [CATALOG, LIVE] = ['catalog.json', 'live.json']
const BEST = ['item-31', 'item-30', 'item-29', 'item-28', 'item-27']

/**
 * Products that the model lacks. They come first in the catalog, so that they push the test shop's items into the
 * second part.
 */
const unknown = Array.from({ length: 2 * HEAD }, (_, i) => ({ id: `new-${i}`, category: 'news' }))
const all = [...unknown, ...testCatalog]
const text = writeCatalog(all, BEST)

interface Opened {
  readonly personalizer: Promise<Personalizer>
  readonly server: TestServer
  /** Lets the second part of the catalog arrive, or breaks the connection off. */
  readonly finish: (how?: 'whole' | 'broken') => void
}

/** Opens a page that gets only the first part of the catalog until a test calls `finish`. */
async function open(
  given: string,
  live?: { readonly of: string; readonly changes: Partial<LiveChanges>; readonly head?: string },
  database?: string,
): Promise<Opened> {
  const server = new TestServer(await testModelFiles('1'))
  const bytes = utf8(given)
  server.files.set(CATALOG, bytes)
  if (live) {
    const base = { changed: [], gone: [], added: [], time: new Date().toISOString(), minutes: 5 }
    const [catalog, head] = [await sha256Hex(utf8(live.of)), live.head]
    server.files.set(LIVE, utf8(JSON.stringify({ ...base, ...live.changes, catalog, head })))
  }
  let finish: Opened['finish'] = () => {}
  const finished = new Promise<string>((resolve) => {
    finish = (how = 'whole') => resolve(how)
  })
  const half = utf8(headOf(given)).length + 100
  let held = false
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await server.fetch(input, init)
    if (held || !String(input).endsWith(CATALOG)) return answer
    held = true
    return new Response(
      new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(bytes.subarray(0, half))
          if ((await finished) === 'broken') return controller.error(new TypeError('broken'))
          controller.enqueue(bytes.subarray(half))
          controller.close()
        },
      }),
    )
  }
  const url = TEST_MODEL_URL + CATALOG
  const personalizer = page.start(
    database,
    {
      catalog: live ? { url, live: TEST_MODEL_URL + LIVE } : url,
      worker: () => {
        throw new Error('The test runs the device in the page.')
      },
    },
    { inPage: async () => deviceInPage({ ...workerEnvironment, fetch }) },
  )
  return { personalizer, server, finish }
}

/** Whether the promise is still pending after 100 ms. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol()
  const later = new Promise((resolve) => setTimeout(resolve, 100, open))
  return (await Promise.race([promise, later])) === open
}

const list = async (shop: Personalizer, limit = 5) => idsOf(await shop.recommend({ limit }))

test('the first list comes from the catalog’s first part; other products are ranked and captured after the second part has arrived', async () => {
  const { personalizer, finish } = await open(text)
  const shop = await personalizer
  expect(await list(shop)).toEqual(BEST)
  expect(shop.getSnapshot().model).toBeNull()

  const answers: ListAnswer[] = []
  shop.watch({ kind: 'recommend', options: { category: 'cards' } }, (one) => answers.push(one))
  const waiting = [
    shop.similar('item-5', { limit: 3 }),
    shop.recommend({ category: 'cards', limit: 5 }),
    shop.recommend({ limit: 2 * HEAD }),
    shop.rerank(['item-3', 'new-900']),
  ]
  const viewed = shop.capture({ name: 'view_item', item_id: 'item-3' })
  expect(await waits(Promise.race([...waiting, viewed]))).toBe(true)
  expect(answers).toEqual([])
  // Products of the catalog's first part are available at once.
  expect(await shop.capture({ name: 'view_item', item_id: 'item-30' })).not.toBeNull()
  expect(await list(shop)).toEqual(BEST)

  finish()
  const [similar, narrowed, long, reranked] = (await Promise.all(waiting)).map(idsOf)
  expect(similar).toHaveLength(3)
  expect(narrowed[0]).toBe('item-29')
  expect(narrowed).toHaveLength(5)
  expect(long.length).toBeGreaterThan(HEAD)
  expect(reranked.toSorted()).toEqual(['item-3', 'new-900'])
  expect(await viewed).not.toBeNull()
  await waitFor(() => expect(answers.length).toBeGreaterThan(0))
  await waitFor(() => expect(shop.getSnapshot().model).not.toBeNull())
  expect(idsOf(await shop.similar('item-3', { limit: 3 }))).toHaveLength(3)
  expect(await shop.events()).toHaveLength(2)
  expect(codesOf(shop)).toEqual(['worker-failed'])
})

test('changes from the live file apply to a catalog’s head and to the rest of the catalog', async () => {
  const changes = {
    gone: ['item-31'],
    changed: [
      { id: 'item-30', available: false },
      { id: 'item-2', available: false },
    ],
  }
  const { personalizer, finish } = await open(text, {
    of: text,
    head: await sha256Hex(utf8(headOf(text))),
    changes,
  })
  const shop = await personalizer
  expect(await list(shop, 3)).toEqual(['item-29', 'item-28', 'item-27'])
  expect(shop.getSnapshot().live).toMatchObject({ gone: ['item-31'] })
  finish()
  await waitFor(() => expect(shop.getSnapshot().model).not.toBeNull())
  expect(await list(shop, 3)).toEqual(['item-29', 'item-28', 'item-27'])
  expect(await list(shop, 2000)).not.toContain('item-2')
})

test.each([
  ['a live file of another catalog', text, { of: 'another', head: 'a'.repeat(64), changes: {} }],
  ['a live file that names no head', text, { of: text, changes: {} }],
  ['a catalog in another order', writeCatalog(all, []), undefined],
  ['a catalog in one line', JSON.stringify(all), undefined],
])('%s: the list waits for the whole catalog', async (_, given, live) => {
  const { personalizer, finish } = await open(given, live)
  expect(await waits(personalizer)).toBe(true)
  finish()
  expect(await list(await personalizer)).toEqual(BEST)
})

test('a download of the catalog that breaks off is reported; lists stay, and the next page has the whole catalog', async () => {
  const database = page.newDatabase()
  const { personalizer, finish } = await open(text, undefined, database)
  const shop = await personalizer
  const waiting = shop.similar('item-30', { limit: 4 })
  finish('broken')
  expect(idsOf(await waiting).every((id) => !id.endsWith('-26'))).toBe(true)
  await waitFor(() => expect(shop.getSnapshot().model).not.toBeNull())
  expect(await list(shop)).toEqual(BEST)
  expect(codesOf(shop)).toContain('model-unreachable')
  shop.close()
  const next = await open(text, undefined, database)
  next.finish()
  const again = await next.personalizer
  await waitFor(() => expect(again.getSnapshot().model).not.toBeNull())
  expect(await list(again, 2000)).toHaveLength(all.length)
})
