/** @module Tests the public interface from the page, with real workers. */
import { afterEach, describe, expect, test } from 'vitest'
import { browserConditions } from './conditions.ts'
import { codesOf, idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
const { start } = page
afterEach(page.end)

test('a real worker captures, ranks, learns, verifies and exports', async () => {
  const personalizer = await start()
  expect(personalizer.getSnapshot()).toMatchObject({ status: 'ready', storage: 'indexeddb' })
  expect(idsOf(await personalizer.recommend({ limit: 2 }))).toEqual(['item-31', 'item-30'])
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await personalizer.capture({ name: 'purchase', items: [{ item_id: 'item-8' }] })
  expect(idsOf(await personalizer.recommend({ limit: 1, excludeIds: ['item-0'] }))[0]).toMatch(
    /item-/,
  )
  const report = await personalizer.fineTune()
  expect(report.engine).toBe('js')
  expect(personalizer.getSnapshot().engine?.name).toBe('js')
  expect((await personalizer.audit.verify()).ok).toBe(true)
  expect(JSON.parse(await personalizer.export()).events).toHaveLength(2)
})

test('the shop’s rules apply in the worker, in watched lists too', async () => {
  const personalizer = await start(page.newDatabase(), {
    rules: [
      { name: 'recall', hide: { id: ['item-31'] } },
      { name: 'gift', when: { page: ['home'] }, pin: ['item-3'], at: 2 },
    ],
  })
  const options = { limit: 2, page: 'home' }
  const list = await personalizer.recommend(options)
  expect(idsOf(list)).toEqual(['item-30', 'item-3'])
  expect(list[1].reason).toEqual({ kind: 'chosen', rule: 'gift' })
  const watched = new Promise((resolve) =>
    personalizer.watch({ kind: 'recommend', options }, resolve),
  )
  expect(await watched).toMatchObject({ items: list })
  expect((await personalizer.explain('item-31'))?.rules).toEqual(['recall'])
  expect(idsOf(await personalizer.recommend({ limit: 1, rules: false }))).toEqual(['item-31'])
})

test('the snapshot is one frozen object until a state changes', async () => {
  const personalizer = await start()
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

test('an event that can’t be posted is reported as a notice and does not throw', async () => {
  const personalizer = await start()
  await personalizer.capture({ name: 'view_item', item_id: (() => {}) as never })
  expect(codesOf(personalizer)).toContain('input-invalid')
})

test('events are kept for 90 days or the shop’s retention time', async () => {
  for (const [retentionDays, kept] of [
    [undefined, 90],
    [7, 7],
    [Infinity, Infinity],
  ] as const) {
    const personalizer = await start(page.newDatabase(), { retentionDays })
    expect(personalizer.getSnapshot().retentionDays).toBe(kept)
  }
})

test('invalid options are refused', async () => {
  await expect(start(page.newDatabase(), { baseModel: '' })).rejects.toMatchObject({
    code: 'input-invalid',
  })
  for (const options of [
    { engine: 'abacus' as never },
    { strategy: 'never' as never },
    { learners: ['oracle'] as never },
    { imbalance: 'luck' as never },
    { cleaning: 'bleach' as never },
    { retentionDays: 0 },
    { rules: 7 as never },
    // The live file must have the catalog's origin, and its address must reveal nothing about a shopper.
    ...['https://elsewhere.test/live.json', '/live.json?viewed=1', '/live.json#viewed', ''].map(
      (live) => ({ catalog: { url: '/catalog.json', live } }),
    ),
    { catalog: { url: '/catalog.json' } as never },
    { catalog: null as never },
    { baseModel: undefined as never },
    { baseModel: {} as never },
  ]) {
    await expect(start(page.newDatabase(), options)).rejects.toMatchObject({
      code: 'input-invalid',
    })
  }
})

test('each invalid call is refused with one message', async () => {
  const personalizer = await start()
  const refused: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
    [() => personalizer.recommend({ limit: -1 }), /limit must be a number from 0, not -1/],
    [() => personalizer.recommend({ limit: '8' as never }), /limit must be a number/],
    [() => personalizer.recommend({ order: 'best' as never }), /order must be/],
    [() => personalizer.recommend({ exclude: 'item-1' as never }), /exclude must be/],
    [() => personalizer.recommend(null as never), /options must be/],
    [() => personalizer.rerank(null as never), /rerank: .*ids/],
    [() => personalizer.rerank([7] as never), /rerank: .*ids/],
    [() => personalizer.similar(undefined as never), /similar: .*id/],
    [() => personalizer.setEngine('gpu' as never), /engine must be one of auto, webgpu, wasm, js/],
  ]
  for (const [call, message] of refused) {
    const error = await call().catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'input-invalid', message: expect.stringMatching(message) })
  }
  const answer = await new Promise((resolve) =>
    personalizer.watch({ kind: 'rerank', items: null as never }, resolve),
  )
  expect(answer).toMatchObject({ error: { code: 'input-invalid' } })
  expect(personalizer.getSnapshot().enginePreference).toBe('js')
  expect(await personalizer.recommend({ limit: 0 })).toEqual([])
})

test('the developer console gets each notice once', async () => {
  const lines: string[] = []
  const personalizer = await start(page.newDatabase(), {}, { warn: (line) => lines.push(line) })
  for (const item_id of ['nowhere', 'nowhere', 'item-1'])
    await personalizer.capture({ name: 'view_item', item_id })
  await expect.poll(() => codesOf(personalizer)).toEqual(['item-unknown'])
  expect(lines).toEqual([
    'Nearside (item-unknown): view_item: no such item in the catalog: nowhere.',
  ])
})

test('after close every call is refused', async () => {
  const personalizer = await start()
  personalizer.close()
  expect(personalizer.getSnapshot().status).toBe('closed')
  await expect(personalizer.recommend()).rejects.toMatchObject({ code: 'closed' })
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
})

describe('several tabs', () => {
  test('several tabs: each event of any tab is stored once, and all tabs see it', async () => {
    const database = page.newDatabase()
    const tabs = await Promise.all([start(database), start(database), start(database)])
    await Promise.all(
      tabs.flatMap((tab, t) =>
        Array.from({ length: 20 }, (_, i) =>
          tab.capture({ name: 'view_item', item_id: `item-${(7 * t + i) % 32}` }),
        ),
      ),
    )
    for (const tab of tabs) {
      await expect.poll(() => tab.getSnapshot().events.count).toBe(60)
    }
    expect(tabs.map((tab) => tab.getSnapshot().tab).sort()).toEqual([
      'follower',
      'follower',
      'leader',
    ])
    expect((await tabs[0].audit.verify()).ok).toBe(true)
  })

  test('a second tab uses the fit of the tab that works for the others, and takes over after that tab has closed', async () => {
    const database = page.newDatabase()
    const first = await start(database)
    await expect.poll(() => first.getSnapshot().tab).toBe('leader')
    const second = await start(database)
    for (let i = 0; i < 6; i++) {
      await second.capture({ name: 'purchase', item_id: `item-${4 * i}` })
    }
    // The first tab learned automatically from the second tab's event.
    await expect.poll(() => first.getSnapshot().fit).not.toBe(null)
    await expect.poll(() => second.getSnapshot().fit).not.toBe(null)
    expect(second.getSnapshot().tab).toBe('follower')
    first.close()
    await expect.poll(() => second.getSnapshot().tab).toBe('leader')
  })

  test('an erasure and a pause in one tab apply in the other', async () => {
    const database = page.newDatabase()
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

test('an abort signal stops a fit, and a later fit works', async () => {
  const personalizer = await start()
  for (let i = 0; i < 6; i++) {
    await personalizer.capture({ name: 'purchase', item_id: `item-${4 * i}` })
  }
  const stop = new AbortController()
  // Call and abort reach the worker together, so it reads the abort before the fit's first step.
  const fit = personalizer.fineTune({ signal: stop.signal })
  stop.abort()
  await expect(fit).rejects.toMatchObject({ code: 'aborted' })
  await expect(personalizer.fineTune({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  })
  expect((await personalizer.fineTune()).cases).toBeGreaterThan(0)
})

test('one event can be found, explained and forgotten', async () => {
  const personalizer = await start()
  const id = await personalizer.capture({ name: 'purchase', item_id: 'item-0' })
  expect(await personalizer.capture({ name: 'view_item', item_id: 'nowhere' })).toBe(null)
  expect((await personalizer.events()).map((event) => event.id)).toEqual([id])
  const explained = await personalizer.explain('item-0')
  expect(explained).toMatchObject({ id: 'item-0', reason: { kind: 'bought-before' } })
  const forget = () => personalizer.forget({ kind: 'event', id: id ?? '' })
  await (await forget())()
  expect((await personalizer.events()).map((event) => event.id)).toEqual([id])
  const { erasures } = personalizer.getSnapshot()
  await forget()
  // By the time `forget` resolves, `erasures` has changed, which tells the page that earlier undo functions no longer
  // work.
  expect(personalizer.getSnapshot().erasures).not.toBe(erasures)
  expect(await personalizer.events()).toEqual([])
  expect((await personalizer.explain('item-0'))?.reason).toEqual({ kind: 'shop-order' })
})

test('the page sends the states of battery and data saver to its worker, which defers learning', async () => {
  let conditions = {
    visible: true,
    savesData: true,
    battery: null as number | null,
    globalPrivacyControl: false,
  }
  let changed = () => {}
  const personalizer = await start(
    page.newDatabase(),
    {},
    {
      conditions: {
        read: () => conditions,
        listen(listener) {
          changed = listener
          return () => {}
        },
      },
    },
  )
  for (let i = 0; i < 4; i++) {
    await personalizer.capture({ name: 'purchase', item_id: `item-${4 * i}` })
  }
  await expect.poll(() => personalizer.getSnapshot().deferred).toBe('save-data')
  conditions = { ...conditions, savesData: false, battery: 0.1 }
  changed()
  await expect.poll(() => personalizer.getSnapshot().deferred).toBe('battery')
  conditions = { ...conditions, battery: 0.9 }
  changed()
  await expect.poll(() => personalizer.getSnapshot().fit?.cases).toBeGreaterThan(0)
  expect(personalizer.getSnapshot().deferred).toBe(null)
})

test('the browser’s conditions can be read and observed', () => {
  const source = browserConditions()
  expect(source.read()).toEqual({
    visible: true,
    savesData: false,
    battery: null,
    globalPrivacyControl: false,
  })
  let told = 0
  const stop = source.listen(() => told++)
  document.dispatchEvent(new Event('visibilitychange'))
  expect(told).toBe(1)
  stop()
  document.dispatchEvent(new Event('visibilitychange'))
  expect(told).toBe(1)
})
