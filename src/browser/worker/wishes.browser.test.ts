/**
 * @module Tests forgetting and restoring events, limits of automatic learning, retention, and explanations.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { TEST_MODEL_URL, testCatalog } from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { describe, expect, test } from 'vitest'
import { BUDGET, type DeviceConditions } from '../learning/scheduler.ts'
import type { LoggedForgotten } from '../messages.ts'
import { workerEnvironment } from './serve.ts'
import {
  ids,
  live,
  newDatabase,
  openDevice,
  start,
  type TestDevice,
  testServer,
} from './testDevice.ts'

const CALM: DeviceConditions = {
  visible: true,
  savesData: false,
  battery: null,
  globalPrivacyControl: false,
}

async function parameters({ device }: TestDevice) {
  await device.fineTune({})
  const { current, versions } = JSON.parse(await device.export()).personal
  const { u, w, fusionWeight } = versions.find(
    (row: { version: number }) => row.version === current,
  )
  return { u, w, fusionWeight }
}

describe('forgetting', () => {
  test('forgetting one event by its id leaves the model as if the event had never been captured', async () => {
    const server = await testServer()
    const clock = Date.now()
    const now = () => clock
    const never = await start(server, newDatabase(), { now })
    const forgot = await start(server, newDatabase(), { now })
    for (const tested of [never, forgot]) await live(tested, clock - 10 * DAY)
    // Other events are about the same item, but only this event is removed.
    const input = { name: 'purchase', item_id: 'item-4' } as const
    const id = await forgot.device.capture({ id: 'regretted', time: clock - 5 * DAY, input })
    expect(id).toBe('regretted')
    const before = await parameters(forgot)
    expect(ids(await forgot.device.events(1))).toEqual(['regretted'])
    await forgot.device.forget({ kind: 'event', id: 'regretted' })
    expect(forgot.device.snapshot().events.count).toBe(12)
    expect(await parameters(forgot)).toEqual(await parameters(never))
    expect(before).not.toEqual(await parameters(never))
  })

  test('forgetting all events of one name removes these events and no others', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested, Date.now() - 10 * DAY)
    const { byName } = tested.device.snapshot().events
    const views = byName.view_item ?? 0
    await tested.device.forget({ kind: 'events', name: 'view_item' })
    expect(tested.device.snapshot().events.byName).toEqual({ ...byName, view_item: undefined })
    expect((await tested.device.entries()).at(-1)?.detail).toEqual({
      what: 'events',
      orders: 0,
      events: views,
    })
    await tested.device.forget({ kind: 'events', name: 'nothing' as never })
    expect((await tested.device.entries()).at(-1)?.detail).toEqual({
      what: 'events',
      events: 0,
      orders: 0,
    })
  })

  test.each(['js', 'wasm'] as const)(
    'with engine %s, forgetting a category leaves model, guard (test of the model) and lists as if it had never been bought',
    async (engine) => {
      const server = await testServer()
      const clock = Date.now()
      // The test uses the real choice of engines, which tests each engine with a fit of known result.
      const { chooseEngine } = workerEnvironment
      const open = () =>
        start(server, newDatabase(), { now: () => clock, chooseEngine }, { engine })
      const never = await open()
      const forgot = await open()
      for (const tested of [never, forgot]) await live(tested, clock - 20 * DAY)
      // Fits before and after the purchases of cards, so that the guard compares personal and base model on these.
      await parameters(forgot)
      for (const [i, item_id] of ['item-1', 'item-5', 'item-9', 'item-1'].entries()) {
        const input = { name: 'purchase', item_id } as const
        await forgot.device.capture({ id: `card-${i}`, time: clock - (10 - i) * DAY, input })
      }
      const before = await parameters(forgot)
      // `events` lists the events that `forget` would remove.
      const about = await forgot.device.events(99, { kind: 'category', name: 'cards' })
      expect(ids(about)).toEqual(['card-3', 'card-2', 'card-1', 'card-0'])
      expect(forgot.device.snapshot().engine?.name).toBe(engine)
      expect(forgot.device.snapshot().guard.tested).toBeGreaterThan(0)
      await forgot.device.forget({ kind: 'category', name: 'cards' })
      expect(await parameters(forgot)).toEqual(await parameters(never))
      expect(before).not.toEqual(await parameters(never))
      for (const part of ['guard', 'learned', 'events'] as const)
        expect(forgot.device.snapshot()[part]).toEqual(never.device.snapshot()[part])
      for (const ask of [
        ({ device }: TestDevice) => device.recommend({ limit: 99 }),
        ({ device }: TestDevice) => device.recommend({ limit: 99, category: 'cards' }),
        ({ device }: TestDevice) => device.rerank(['item-1', 'item-5', 'item-30'], {}),
        ({ device }: TestDevice) => device.explain('item-9'),
      ])
        expect(await ask(forgot)).toEqual(await ask(never))
    },
  )

  test('an invalid request to forget is refused and forgets nothing', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested, Date.now() - 10 * DAY)
    const forgetting = tested.device.forget({ kind: 'everything' } as never)
    await expect(forgetting).rejects.toMatchObject({ code: 'input-invalid' })
    expect(tested.device.snapshot().events.count).toBe(12)
    expect(await tested.device.capture({ id: 'x', time: 1, input: {} as never })).toBe(null)
  })
})

describe('restoring forgotten events', () => {
  const CARDS = { kind: 'category', name: 'cards' } as const
  const NOTHING = { kind: 'event', id: 'nowhere' } as const

  /** Captures a shopper's events, then four purchases of cards. */
  async function liveWithCards(tested: TestDevice, clock: number) {
    await live(tested, clock - 20 * DAY)
    for (const [i, item_id] of ['item-1', 'item-5', 'item-9', 'item-1'].entries()) {
      const input = { name: 'purchase', item_id } as const
      await tested.device.capture({ id: `card-${i}`, time: clock - (10 - i) * DAY, input })
    }
  }

  test('restoring forgotten events brings back events, visits, model and lists, and is logged', async () => {
    const server = await testServer()
    const clock = Date.now()
    const open = () => start(server, newDatabase(), { now: () => clock })
    const undone = await open()
    const never = await open()
    for (const tested of [undone, never]) await liveWithCards(tested, clock)
    // `restore` resets the guard's comparison of the models, so `never` must reset it, too: by a `forget` of nothing.
    await never.device.forget(NOTHING)
    const forgotten = await undone.device.forget(CARDS)
    expect(undone.device.snapshot().events.count).toBe(12)
    await undone.device.restore(forgotten)
    expect(await parameters(undone)).toEqual(await parameters(never))
    expect(await undone.device.events(99)).toEqual(await never.device.events(99))
    for (const part of ['guard', 'learned', 'events'] as const)
      expect(undone.device.snapshot()[part]).toEqual(never.device.snapshot()[part])
    for (const ask of [
      ({ device }: TestDevice) => device.recommend({ limit: 99 }),
      ({ device }: TestDevice) => device.explain('item-9'),
    ])
      expect(await ask(undone)).toEqual(await ask(never))
    const log = await undone.device.entries()
    const erased = log.find(({ kind }) => kind === 'erase')
    expect(erased?.detail).toEqual({ what: 'category', events: 4, orders: 4 })
    expect(log.find(({ kind }) => kind === 'restore')?.detail).toEqual({
      events: 4,
      orders: 4,
      undoes: erased?.sequence,
    })
    expect((await undone.device.verify()).ok).toBe(true)
  })

  test.each([
    ['their restoration', (device: TestDevice['device'], gone) => device.restore(gone)],
    ['a further `forget`', (device: TestDevice['device']) => device.forget(NOTHING)],
    ['an erasure', (device: TestDevice['device']) => device.erase()],
  ] as [string, (device: TestDevice['device'], gone: LoggedForgotten) => Promise<unknown>][])(
    'restoring forgotten events is refused after %s in another tab',
    async (_, since) => {
      const server = await testServer()
      const database = newDatabase()
      const tested = await start(server, database)
      const other = await start(server, database)
      await liveWithCards(tested, Date.now())
      const forgotten = await tested.device.forget(CARDS)
      const { erasures } = tested.device.snapshot()
      await since(other.device, forgotten)
      // The page is informed that an undo offered earlier no longer works.
      await waitFor(() => expect(tested.device.snapshot().erasures).toBeGreaterThan(erasures))
      const before = (await other.device.events(99)).length
      const log = (await other.device.entries()).length
      const restoring = tested.device.restore(forgotten)
      await expect(restoring).rejects.toMatchObject({ code: 'aborted' })
      await other.device.close()
      const again = await start(server, database)
      expect(again.device.snapshot().events.count).toBe(before)
      expect(await again.device.entries()).toHaveLength(log)
    },
  )

  test('after a restore, the shop can import old orders as if nothing had been forgotten', async () => {
    const tested = await start(await testServer(), newDatabase())
    const items = [{ item_id: 'item-4' }]
    const orders = [{ id: 'A', time: Date.now() - 300 * DAY, items }]
    await tested.capture({ name: 'purchase', item_id: 'item-1' })
    await tested.device.restore(await tested.device.forget(CARDS))
    expect(await tested.device.seed(orders)).toBe(1)
    await tested.device.forget(CARDS)
    const earlier = [{ id: 'B', time: Date.now() - 200 * DAY, items }]
    expect(await tested.device.seed(earlier)).toBe(0)
  })
})

test('an explanation’s contributions add up to the score minus the mean score; its reason is that of the list', async () => {
  const catalog = testCatalog.map((item) => ({ ...item, available: item.id !== 'item-3' }))
  const tested = await start(await testServer(), newDatabase(), {}, { catalog })
  await live(tested, Date.now() - 10 * DAY)
  await tested.device.fineTune({})
  const list = await tested.device.recommend({ limit: 31, exclude: [], diversify: false })
  // The test uses two whole screens of 12 items, because `explain` takes the reason from a list that is cut off at the
  // end of the item's screen.
  for (const [place, listed] of list.slice(0, 24).entries()) {
    const explained = await tested.device.explain(listed.id)
    if (!explained) throw new Error(`${listed.id} is not explained`)
    expect(explained).toMatchObject(listed)
    expect(list[explained.rank - 1].score).toBe(list[place].score)
    const sum = explained.contributions.reduce((total, { amount }) => total + amount, 0)
    expect(sum).toBeCloseTo(explained.score - explained.meanScore, 3)
    const amounts = explained.contributions.map(({ amount }) => amount)
    expect(amounts).toEqual([...amounts].sort((a, b) => b - a))
  }
  expect(await tested.device.explain('item-3')).toBe(null)
  expect(await tested.device.explain('nowhere')).toBe(null)
})

describe('automatic learning', () => {
  const cases = ({ device }: TestDevice) => device.snapshot().fit?.cases ?? 0

  test.each([
    ['battery', { battery: 0.1 }],
    ['save-data', { savesData: true }],
  ] as const)(
    'automatic learning waits under the condition %s, reports it, and continues afterwards',
    async (reason, bad) => {
      const conditions = { ...CALM, ...bad }
      const tested = await start(await testServer(), newDatabase(), {}, { conditions })
      await live(tested, Date.now() - 10 * DAY)
      tested.timers.fire(0)
      await expect.poll(() => tested.device.snapshot().deferred).toBe(reason)
      expect(cases(tested)).toBe(0)
      // Lists are still made. When the condition ends, the waiting fit runs.
      expect(await tested.device.recommend({ limit: 3 })).toHaveLength(3)
      await tested.device.conditions(CALM)
      tested.timers.fire(0)
      await expect.poll(() => cases(tested)).toBeGreaterThan(0)
      expect(tested.device.snapshot().deferred).toBe(null)
    },
  )

  test('automatic learning on a hidden page waits, unless the shopper’s own action caused it', async () => {
    const server = await testServer()
    const database = newDatabase()
    const first = await openDevice(server, database)
    await live(first, Date.now() - 10 * DAY)
    await first.device.close()
    const conditions = { ...CALM, visible: false }
    const second = await start(server, database, {}, { conditions })
    second.timers.fire(0)
    await expect.poll(() => second.device.snapshot().deferred).toBe('hidden')
    await second.device.conditions(CALM)
    second.timers.fire(0)
    await expect.poll(() => cases(second)).toBeGreaterThan(0)
  })

  test('automatic learning stops when it has used up the page’s computing time, but a requested fit still runs', async () => {
    let clock = 0
    const js = createJsEngine()
    const engine: Engine = {
      ...js,
      fit(problem, options) {
        clock += (2 / 3) * BUDGET.perPage
        return js.fit(problem, options)
      },
    }
    const tested = await start(await testServer(), newDatabase(), {
      clock: () => clock,
      chooseEngine: async () => ({ engine, reason: 'test' }),
    })
    await live(tested, Date.now() - 10 * DAY)
    for (const item_id of ['item-1', 'item-2']) {
      const before = tested.device.snapshot().fit
      await tested.capture({ name: 'purchase', item_id })
      tested.timers.fire(0)
      await expect.poll(() => tested.device.snapshot().fit).not.toBe(before)
    }
    await tested.capture({ name: 'purchase', item_id: 'item-3' })
    tested.timers.fire(0)
    await expect.poll(() => tested.device.snapshot().deferred).toBe('spent')
    expect((await tested.device.fineTune({})).cases).toBeGreaterThan(0)
  })

  test('automatic learning stops a fit that takes too long and reports it; the result of the last fit is still used', async () => {
    let slow = false
    const js = createJsEngine()
    const engine: Engine = {
      ...js,
      fit: (problem, options) =>
        slow
          ? new Promise((_, reject) => {
              const stop = () => reject(new NearsideError('aborted', 'Stopped.'))
              options?.signal?.addEventListener('abort', stop)
            })
          : js.fit(problem, options),
    }
    const tested = await start(await testServer(), newDatabase(), {
      chooseEngine: async () => ({ engine, reason: 'test' }),
    })
    await live(tested, Date.now() - 10 * DAY)
    const report = await tested.device.fineTune({})
    slow = true
    tested.timers.fire(0)
    await expect.poll(() => tested.timers.waiting.size).toBeGreaterThan(0)
    tested.timers.fire(BUDGET.perFit)
    const codes = () => tested.device.snapshot().notices.map(({ code }) => code)
    await expect.poll(codes).toContain('aborted')
    expect(tested.device.snapshot().fit).toEqual(report)
  })

  test.each([
    ['online', 0],
    ['hybrid', 2000],
    ['batch', 30_000],
  ] as const)('strategy %s: a view starts a fit after %d ms', async (strategy, delay) => {
    const tested = await start(await testServer(), newDatabase(), {}, { strategy })
    const before = new Set(tested.timers.waiting.keys())
    await tested.capture({ name: 'view_item', item_id: 'item-5' })
    const waits = [...tested.timers.waiting]
      .filter(([timer]) => !before.has(timer))
      .map(([, { milliseconds }]) => milliseconds)
    expect(waits).toEqual([delay])
  })
})

describe('retention', () => {
  test('events past the retention time are erased at the next start, with all that was learned from them, and the device’s log records this', async () => {
    const server = await testServer()
    const clock = Date.now()
    const now = () => clock
    const database = newDatabase()
    const first = await openDevice(server, database, { now })
    await live(first, clock - 102 * DAY)
    await live({ ...first, device: renamed(first) }, clock - 10 * DAY)
    await first.device.fineTune({})
    await first.device.close()
    const second = await start(server, database, { now }, { retentionDays: 100 })
    // The old events of the first two days have expired.
    expect(second.device.snapshot().events.count).toBe(12 + 6)
    const [entry] = (await second.device.entries()).filter(({ kind }) => kind === 'erase')
    expect(entry.detail).toEqual({ what: 'events older than 100 days', events: 6 })
    expect((await second.device.verify()).ok).toBe(true)

    const never = await start(server, newDatabase(), { now })
    for (const event of (await second.device.events(99)).toReversed()) {
      const { id, name, time, items } = event
      const input = { name, items: items.map((item_id) => ({ item_id })) }
      await never.device.capture({ id, time, input })
    }
    expect(await parameters(second)).toEqual(await parameters(never))
  })

  /** Captures events under other ids than their own. */
  function renamed({ device }: TestDevice): Pick<TestDevice['device'], 'capture'> {
    return {
      capture: (captured) => device.capture({ ...captured, id: `again-${captured.id}` }),
    }
  }
})

test('after a catalog change new items are listed at once and removed items are listed nowhere', async () => {
  const server = await testServer()
  const url = `${TEST_MODEL_URL}catalog.json`
  const publish = (items: unknown) =>
    server.files.set('catalog.json', new TextEncoder().encode(JSON.stringify(items)))
  publish(testCatalog)
  const tested = await start(server, newDatabase(), {}, { catalog: url })
  await live(tested, Date.now() - 10 * DAY)
  await tested.device.fineTune({})
  expect(ids(await tested.device.boughtTogether('item-0', { exclude: [] }))).toContain('item-4')

  const gone = new Set(['item-4', 'item-8'])
  publish([
    ...testCatalog
      .filter(({ id }) => id !== 'item-4')
      .map((item) => ({ ...item, available: item.id !== 'item-8' })),
    { id: 'new', title: 'A new mug', category: 'mugs', price: 3 },
  ])
  await tested.device.checkForUpdate()
  const lists = await Promise.all([
    tested.device.recommend({ limit: 99 }),
    tested.device.recommend({ limit: 99, order: 'base' }),
    tested.device.recommend({ limit: 99, category: 'mugs' }),
    tested.device.similar('item-0', { limit: 99 }),
    tested.device.boughtTogether('item-0', { limit: 99 }),
  ])
  for (const list of lists) expect(ids(list).filter((id) => gone.has(id))).toEqual([])
  for (const list of lists.slice(0, 3)) expect(ids(list)).toContain('new')
  // Ids as an earlier search found them: item-4 and item-8 have left the catalog since; `nowhere` was never in it.
  const found = ['nowhere', 'item-4', 'new', 'item-8', 'item-0']
  for (const order of ['personal', 'base'] as const) {
    const reranked = ids(await tested.device.rerank(found, { order }))
    expect(reranked.toSorted()).toEqual(['item-0', 'new', 'nowhere'])
    expect(reranked.at(-1)).toBe('nowhere')
    const all = ids(await tested.device.rerank(found, { order, soldOut: true }))
    expect(all.toSorted()).toEqual(found.toSorted())
  }
  expect(await tested.device.explain('item-4')).toBe(null)
  // A shopper can view the new item, and the next fit works.
  await tested.capture({ name: 'view_item', item_id: 'new' })
  expect((await tested.device.fineTune({})).cases).toBeGreaterThan(0)
  expect(tested.device.snapshot().notices).toEqual([])
})
