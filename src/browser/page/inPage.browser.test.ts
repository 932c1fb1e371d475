/**
 * @module Tests that a page without workers does the worker's job itself, with the same lists, the same learning, and a
 * notice.
 */

import { TestServer, testModelFiles } from '@nearside/core/model/testShop.ts'
import { chooseEngine, thisDevice } from '@nearside/engine/choose.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Personalizer } from '../api.ts'
import { deviceInPage, workerEnvironment } from '../worker/serve.ts'
import { codesOf, idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
const { start, newDatabase } = page
afterEach(() => {
  page.end()
  vi.unstubAllGlobals()
})

/** Option `worker` in the form that the documentation shows. */
const byConstructor = () =>
  new Worker(new URL('./testWorker.ts', import.meta.url), { type: 'module' })

const HOUR = 3_600_000
let time = 0
/** Clock that sets events an hour apart, so that each event is a visit of its own. */
const clock = { now: () => time }

async function live(personalizer: Personalizer, began = Date.now() - 40 * HOUR): Promise<void> {
  for (let i = 0; i < 12; i++) {
    time = began + i * HOUR
    await personalizer.capture({ name: 'purchase', item_id: `item-${i % 5}` })
  }
}

async function learned(personalizer: Personalizer, began?: number) {
  await live(personalizer, began)
  const { cases, lossAfter } = await personalizer.fineTune()
  const list = await personalizer.recommend({ limit: 20 })
  return { cases, lossAfter, list: list.map(({ id, score }) => ({ id, score })) }
}

const noWorkers: readonly [string, () => Parameters<typeof start>[1]][] = [
  [
    'the browser has none',
    () => {
      vi.stubGlobal('Worker', undefined)
      return { worker: byConstructor }
    },
  ],
  [
    'a policy forbids them',
    () => ({
      worker: () => {
        throw new DOMException('blocked by policy', 'SecurityError')
      },
    }),
  ],
  [
    'the script is missing',
    () => ({ worker: () => new Worker('/no/such/worker.js', { type: 'module' }) }),
  ],
]

test.each(noWorkers)('%s: the page ranks and learns like a worker', async (_, options) => {
  // Page and worker use the same times, since recency is part of every score.
  const began = Date.now() - 40 * HOUR
  const withWorker = await learned(await start(newDatabase(), {}, clock), began)
  const personalizer = await start(newDatabase(), options(), clock)
  const { cases, lossAfter, list } = await learned(personalizer, began)
  expect(cases).toBeGreaterThan(5)
  expect(cases).toBe(withWorker.cases)
  // The losses differ slightly, because events weigh less with age and seconds passed between the two fits.
  expect(lossAfter).toBeCloseTo(withWorker.lossAfter, 4)
  list.forEach(({ id, score }, i) => {
    expect(id).toBe(withWorker.list[i].id)
    expect(score).toBeCloseTo(withWorker.list[i].score, 4)
  })
  const { notices, storage, status } = personalizer.getSnapshot()
  expect({ storage, status }).toEqual({ storage: 'indexeddb', status: 'ready' })
  expect(notices[0].message).toMatch(
    /^The worker could not be .*runs in the page itself instead\.$/,
  )
})

test('without workers, WebAssembly and WebGPU, plain JavaScript learns', async () => {
  vi.stubGlobal('Worker', undefined)
  vi.stubGlobal('WebAssembly', undefined)
  const { fetch } = new TestServer(await testModelFiles('1'))
  const inPage = async () =>
    deviceInPage({
      ...workerEnvironment,
      fetch,
      chooseEngine: (preference, onSwitch) =>
        chooseEngine(preference, { ...thisDevice(), gpu: undefined }, onSwitch),
    })
  const options = { worker: byConstructor, engine: 'auto' as const }
  const personalizer = await start(newDatabase(), options, { ...clock, inPage })
  const { cases, list } = await learned(personalizer)
  expect(cases).toBeGreaterThan(5)
  expect(list).toHaveLength(20)
  const { engine } = personalizer.getSnapshot()
  expect(engine?.name).toBe('js')
  expect(engine?.reason).toMatch(/^WASM: .*; using plain JavaScript$/)
})

test('the page’s thread is free between a fit’s time slices', async () => {
  vi.stubGlobal('Worker', undefined)
  const personalizer = await start(newDatabase(), { worker: byConstructor }, clock)
  await live(personalizer)
  let turns = 0
  let fitting = true
  const turning = (async () => {
    for (; fitting; turns++) await nextTask()
  })()
  const { cases } = await personalizer.fineTune()
  fitting = false
  await turning
  // The thread was free at least once per training case.
  expect(turns).toBeGreaterThanOrEqual(cases)
})

test('without workers, the page finds its stored events when it opens again', async () => {
  vi.stubGlobal('Worker', undefined)
  const database = newDatabase()
  const first = await start(database, { worker: byConstructor }, clock)
  await live(first)
  first.close()
  const second = await start(database, { worker: byConstructor }, clock)
  expect(second.getSnapshot().events.count).toBe(12)
})

/** Fails to load the code that does the worker's job in the page. */
const inPage = () => Promise.reject(new TypeError('Failed to fetch'))

test('if there are no workers and the code that replaces them can’t be loaded, lists are in the catalog’s sequence', async () => {
  vi.stubGlobal('Worker', undefined)
  const personalizer = await start(newDatabase(), { worker: byConstructor }, { inPage })
  const [first] = await personalizer.recommend({ limit: 1 })
  expect(first.id).toBe('item-0')
  expect(codesOf(personalizer)).toEqual(['worker-failed'])
})

describe('no worker code runs, and the catalog is a URL', () => {
  const rows = [
    null,
    { title: 'without an id' },
    { id: 'item-3', category: 'mugs' },
    { id: 'item-3', category: 'cards' },
    { id: 'item-1', category: 'mugs', available: false },
    { id: 7 },
  ]
  const catalog = 'https://shop.test/catalog.json'
  const worker = () => {
    throw new DOMException('blocked by policy', 'SecurityError')
  }

  test('if neither a worker nor the page can rank, the page requests the catalog once and lists items in the catalog’s sequence', async () => {
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url))
      return Response.json(rows)
    }
    const personalizer = await start(newDatabase(), { catalog, worker }, { inPage, fetch })
    const lists = await Promise.all([
      personalizer.recommend(),
      personalizer.recommend({ category: 'mugs' }),
    ])
    expect(lists.map(idsOf)).toEqual([['item-3', '7'], ['item-3']])
    await expect.poll(() => watched(personalizer)).toEqual(['item-3', '7'])
    expect(asked).toEqual([catalog])
  })

  test('if neither a worker nor the page can rank, a failed catalog request is reported and repeated', async () => {
    let online = false
    const fetch = async () => {
      if (!online) throw new TypeError('Failed to fetch')
      return Response.json(rows)
    }
    const personalizer = await start(newDatabase(), { catalog, worker }, { inPage, fetch })
    expect(await personalizer.recommend()).toEqual([])
    expect(codesOf(personalizer)).toContain('model-unreachable')
    online = true
    expect(idsOf(await personalizer.recommend())).toEqual(['item-3', '7'])
  })

  test('if neither a worker nor the page can store events, a captured event is lost, and a notice says so', async () => {
    const fetch = async () => Response.json(rows)
    const personalizer = await start(newDatabase(), { catalog, worker }, { inPage, fetch })
    expect(await personalizer.capture({ name: 'view_item', item_id: 'item-3' })).toBe(null)
    expect(personalizer.getSnapshot().notices[0].message).toContain('not stored')
  })
})

/** First answer of a watched list. */
function watched(personalizer: Personalizer): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const stop = personalizer.watch({ kind: 'recommend' }, (answer) => {
      queueMicrotask(() => stop())
      if ('items' in answer) resolve(idsOf(answer.items))
      else reject(answer.error)
    })
  })
}
