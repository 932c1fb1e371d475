/** @module The public surface, with real workers, from the page's side. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Personalizer, PersonalizerOptions } from './api.ts'
import { createPersonalizer, type PageEnvironment } from './createPersonalizer.ts'
import { newDatabase } from './worker/testDevice.ts'
import { TEST_MODEL_URL, testCatalog } from './worker/testShop.ts'

const open: Personalizer[] = []
const workers: Worker[] = []

afterEach(() => {
  for (const personalizer of open.splice(0)) personalizer.close()
  for (const worker of workers.splice(0)) worker.terminate()
})

function makeWorker(): Worker {
  const worker = new Worker(new URL('./testWorker.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  return worker
}

let ids = 0
/** Events an hour apart, so that each is a visit of its own and there is something to learn. */
let clock = Date.now() - 100 * 3_600_000
const environment: PageEnvironment = {
  now: () => {
    clock += 3_600_000 / 2 + 60_000
    return Math.min(clock, Date.now())
  },
  newId: () => `page-${ids++}`,
  visibility: { visible: () => true, listen: () => () => {} },
  silence: 1500,
}

async function start(
  database: string,
  options: Partial<PersonalizerOptions> = {},
): Promise<Personalizer> {
  const personalizer = await createPersonalizer(
    {
      catalog: testCatalog,
      baseModel: TEST_MODEL_URL,
      worker: makeWorker,
      engine: 'js',
      database,
      ...options,
    },
    environment,
  )
  open.push(personalizer)
  return personalizer
}

const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)
const codes = (personalizer: Personalizer) =>
  personalizer.getSnapshot().notices.map(({ code }) => code)

test('the whole loop through a real worker', async () => {
  const personalizer = await start(newDatabase())
  expect(personalizer.getSnapshot()).toMatchObject({ status: 'ready', storage: 'indexeddb' })
  expect(idsOf(await personalizer.recommend({ limit: 2 }))).toEqual(['item-31', 'item-30'])
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await personalizer.capture({ name: 'purchase', items: [{ item_id: 'item-8' }] })
  expect(idsOf(await personalizer.recommend({ limit: 1, exclude: ['item-0'] }))[0]).toMatch(/item-/)
  const report = await personalizer.fineTune()
  expect(report.engine).toBe('js')
  expect(personalizer.getSnapshot().engine?.name).toBe('js')
  expect((await personalizer.audit.verify()).ok).toBe(true)
  expect(JSON.parse(await personalizer.export()).events).toHaveLength(2)
})

test('the snapshot is one frozen object until something changes', async () => {
  const personalizer = await start(newDatabase())
  await expect.poll(() => personalizer.getSnapshot().tab).toBe('leader')
  const before = personalizer.getSnapshot()
  await personalizer.recommend()
  expect(personalizer.getSnapshot()).toBe(before)
  expect(Object.isFrozen(before)).toBe(true)
  expect(Object.isFrozen(before.notices)).toBe(true)
  let told = 0
  const stop = personalizer.subscribe(() => told++)
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await expect.poll(() => personalizer.getSnapshot().events.count).toBe(1)
  expect(told).toBeGreaterThan(0)
  expect(personalizer.getSnapshot().revision).toBeGreaterThan(before.revision)
  stop()
})

test('an event that can’t even be sent is a notice, not an exception', async () => {
  const personalizer = await start(newDatabase())
  await personalizer.capture({ name: 'view_item', item_id: (() => {}) as never })
  expect(codes(personalizer)).toContain('input-invalid')
})

test('options that can’t be meant are refused loudly', async () => {
  await expect(start(newDatabase(), { baseModel: '' })).rejects.toMatchObject({
    code: 'input-invalid',
  })
  await expect(start(newDatabase(), { engine: 'abacus' as never })).rejects.toMatchObject({
    code: 'input-invalid',
  })
})

test('closed is closed', async () => {
  const personalizer = await start(newDatabase())
  personalizer.close()
  expect(personalizer.getSnapshot().status).toBe('closed')
  await expect(personalizer.recommend()).rejects.toMatchObject({ code: 'closed' })
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
})

describe('when the worker dies', () => {
  test('killed in the middle of a fit: it is started again, and no event is lost', async () => {
    const database = newDatabase()
    const personalizer = await start(database)
    for (let i = 0; i < 12; i++) {
      await personalizer.capture({ name: 'purchase', item_id: `item-${i}` })
    }
    let killed = false
    const onProgress = () => {
      if (!killed) workers[0].terminate()
      killed = true
    }
    const fit = personalizer.fineTune({ onProgress })
    await personalizer.capture({ name: 'view_item', item_id: 'item-20' })
    // Asked of the dead worker, answered by the new one.
    expect((await fit).cases).toBeGreaterThan(5)
    expect(codes(personalizer)).toContain('worker-failed')
    expect(personalizer.getSnapshot().events.count).toBe(13)
    expect(workers).toHaveLength(2)
  })

  test('twice: the shop’s own order, and a notice', async () => {
    const personalizer = await start(newDatabase())
    workers[0].terminate()
    expect(await personalizer.recommend({ limit: 1 })).toHaveLength(1)
    workers[1].terminate()
    expect(idsOf(await personalizer.recommend({ limit: 2 }))).toEqual(['item-0', 'item-1'])
    expect(idsOf(await personalizer.rerank(['item-9', 'item-3']))).toEqual(['item-9', 'item-3'])
    await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
    expect(codes(personalizer).filter((code) => code === 'worker-failed').length).toBeGreaterThan(1)
    await expect(personalizer.fineTune()).rejects.toMatchObject({ code: 'worker-failed' })
  })

  test('an exception in it: started again at once', async () => {
    const personalizer = await start(newDatabase())
    await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
    new BroadcastChannel('test-worker').postMessage('throw')
    await expect.poll(() => workers.length).toBe(2)
    await expect.poll(() => personalizer.getSnapshot().events.count).toBe(1)
  })

  test('it can’t be made at all: the shop’s own order', async () => {
    const personalizer = await start(newDatabase(), {
      worker: () => {
        throw new DOMException('blocked by policy', 'SecurityError')
      },
    })
    expect(idsOf(await personalizer.recommend({ limit: 1 }))).toEqual(['item-0'])
    expect(codes(personalizer)).toEqual(['worker-failed'])
  })

  test('its script is missing: the shop’s own order', async () => {
    const personalizer = await start(newDatabase(), {
      worker: () => new Worker('/no/such/worker.js', { type: 'module' }),
    })
    expect(idsOf(await personalizer.recommend({ limit: 1 }))).toEqual(['item-0'])
  })
})

describe('several tabs', () => {
  test('events of all tabs are kept, none twice, and each tab sees them', async () => {
    const database = newDatabase()
    const tabs = await Promise.all([start(database), start(database), start(database)])
    await Promise.all(
      tabs.flatMap((tab, t) =>
        Array.from({ length: 20 }, (_, i) =>
          tab.capture({ name: 'view_item', item_id: `item-${(7 * t + i) % 32}` }),
        ),
      ),
    )
    for (const tab of tabs) {
      await expect.poll(() => tab.getSnapshot().events.count, { timeout: 5000 }).toBe(60)
    }
    expect(tabs.map((tab) => tab.getSnapshot().tab).sort()).toEqual([
      'follower',
      'follower',
      'leader',
    ])
    expect((await tabs[0].audit.verify()).ok).toBe(true)
  })

  test('a fit in one tab is used in the other; the leader’s death makes the other lead', async () => {
    const database = newDatabase()
    const first = await start(database)
    await expect.poll(() => first.getSnapshot().tab).toBe('leader')
    const second = await start(database)
    for (let i = 0; i < 6; i++) {
      await second.capture({ name: 'purchase', item_id: `item-${4 * i}` })
    }
    // Nobody asked for it: the leader learned from what the follower stored.
    await expect.poll(() => first.getSnapshot().fit, { timeout: 5000 }).not.toBe(null)
    await expect.poll(() => second.getSnapshot().fit, { timeout: 5000 }).not.toBe(null)
    expect(second.getSnapshot().tab).toBe('follower')
    first.close()
    await expect.poll(() => second.getSnapshot().tab, { timeout: 5000 }).toBe('leader')
  })

  test('erasing and pausing in one tab hold in the other', async () => {
    const database = newDatabase()
    const first = await start(database)
    const second = await start(database)
    await first.capture({ name: 'view_item', item_id: 'item-0' })
    await expect.poll(() => second.getSnapshot().events.count).toBe(1)
    await second.pause(true)
    await expect.poll(() => first.getSnapshot().paused).toBe(true)
    await second.erase()
    await expect.poll(() => first.getSnapshot().events.count).toBe(0)
  })
})
