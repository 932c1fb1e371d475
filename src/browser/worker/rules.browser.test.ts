/** @module Tests the shop's own rules on a device, passed directly or read from a file. */

import { TEST_MODEL_URL, type TestServer, testCatalog } from '@nearside/core/model/testShop.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startDevice } from './device.ts'
import { workerEnvironment } from './serve.ts'
import { ids, listing, newDatabase, start, testConfig, testServer } from './testDevice.ts'

const RULES_URL = `${TEST_MODEL_URL}rules.json`
const RULES: readonly Rule[] = [
  { name: 'recall', hide: { id: ['item-31'] } },
  { name: 'gift', pin: ['item-2'], at: 2 },
  { name: 'bags', boost: { category: ['bags'] }, by: 1e3 },
]

const put = (server: TestServer, value: unknown) =>
  server.files.set('rules.json', new TextEncoder().encode(JSON.stringify(value)))
const codes = (device: { snapshot(): { notices: readonly { code: string }[] } }) =>
  device.snapshot().notices.map(({ code }) => code)

describe('rules that the page passes', () => {
  test('rules that the page passes apply to every list, including base lists, unless a list opts out', async () => {
    const { device } = await start(await testServer(), newDatabase(), {}, { rules: RULES })
    const list = await device.recommend({ limit: 4 })
    expect(ids(list)).toEqual(['item-27', 'item-2', 'item-23', 'item-19'])
    expect(list[1].reason).toEqual({ kind: 'chosen', rule: 'gift' })
    expect(ids(await device.recommend({ limit: 4, order: 'base' }))).toEqual(ids(list))
    expect(ids(await device.recommend({ limit: 2, rules: false }))).toEqual(['item-31', 'item-30'])
    expect(ids(await device.similar('item-27', { limit: 31 }))).not.toContain('item-31')
    expect(ids(await device.rerank(['item-31', 'item-4', 'item-3'], {}))).toEqual([
      'item-31',
      'item-3',
      'item-4',
    ])
    expect(device.snapshot().notices).toEqual([])
  })

  test('rules that the page passes are returned by `device.rules()`, without the invalid ones', async () => {
    const away = { name: 'away', when: { search: ['x'] }, redirect: '//evil.example' }
    const rules = [away, ...RULES]
    const { device } = await start(await testServer(), newDatabase(), {}, { rules })
    expect(await device.rules()).toEqual(RULES)
    const without = await start(await testServer(), newDatabase(), {}, {})
    expect(await without.device.rules()).toEqual([])
  })

  test('rules that the page passes are named in the explanation of each item that they affect, even of a hidden item', async () => {
    const { device } = await start(await testServer(), newDatabase(), {}, { rules: RULES })
    expect((await device.explain('item-31'))?.rules).toEqual(['recall', 'bags'])
    expect((await device.explain('item-2'))?.rules).toEqual(['gift'])
    expect((await device.explain('item-4'))?.rules).toEqual([])
  })

  test('invalid rules are left out and reported, while the other rules apply', async () => {
    const rules = [{ name: 'oops', hide: { colour: ['red'] } }, ...RULES]
    const { device } = await start(await testServer(), newDatabase(), {}, { rules })
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-27', 'item-2'])
    expect(device.snapshot().notices[0]).toMatchObject({
      code: 'rules-invalid',
      message: expect.stringMatching(/rule 1 \(‘oops’\)\.hide .*"colour"/),
    })
  })

  test('rules apply only on the pages and in the contexts that they name', async () => {
    const rules: Rule[] = [
      { name: 'home', when: { page: ['home'] }, pin: ['item-1'] },
      { name: 'sale', when: { context: { promotion: ['sale'] } }, hide: { id: ['item-31'] } },
    ]
    const { device } = await start(await testServer(), newDatabase(), {}, { rules })
    const first = async (page?: string) => ids(await device.recommend({ limit: 1, page }))[0]
    expect(await first()).toBe('item-31')
    expect(await first('home')).toBe('item-1')
    await device.context({ promotion: 'sale' })
    expect(await first('basket')).toBe('item-30')
  })

  describe('lists on an open page follow the clock', () => {
    const HOUR = 3_600_000
    const rules: Rule[] = [
      { name: 'last', when: { until: '2026-12-01' }, pin: ['item-8'] },
      { name: 'last', when: { until: '2026-12-01' }, badge: { id: ['item-8'] }, text: 'Last day' },
      { name: 'recall', when: { from: '2026-12-02T06:00Z' }, hide: { id: ['item-31'] } },
      { name: 'late', when: { context: { hour: ['20-24'] } }, pin: ['item-3'], at: 2 },
      { name: 'spring', when: { from: '2027-03-01' }, pin: ['item-1'] },
    ]

    /** Opens a device at this hour of 1 December 2026. */
    async function open(startHour: number) {
      let hour = startHour
      const now = () => Date.UTC(2026, 11, 1) + hour * HOUR
      const { device, timers } = await start(await testServer(), newDatabase(), { now }, { rules })
      let { revision } = device.snapshot()
      return {
        device,
        setClock: (to: number) => {
          hour = to
        },
        fire: () => timers.fire(60_000),
        /** First two ids of the list, with badges; null if no list has changed since the last call. */
        async announced() {
          const before = revision
          revision = device.snapshot().revision
          if (revision === before) return null
          const list = await device.recommend({ limit: 2 })
          return list.map(({ id, badge }) => `${id}${badge ? ` ${badge}` : ''}`).join(', ')
        },
      }
    }

    test('lists change when a rule begins or ends, and at an hour that a rule names', async () => {
      const { announced, fire, setClock } = await open(18)
      fire()
      expect(await announced()).toBe(null)
      setClock(20)
      fire()
      expect(await announced()).toBe('item-8 Last day, item-3')
      setClock(24)
      fire()
      expect(await announced()).toBe('item-31, item-30')
      setClock(29.9)
      fire()
      await announced()
      fire()
      expect(await announced()).toBe(null)
      setClock(30)
      fire()
      expect(await announced()).toBe('item-30, item-29')
    })

    test('if a device slept past the end of a rule, the device’s next action updates the lists', async () => {
      const { announced, device, setClock } = await open(18)
      setClock(31)
      await device.checkForUpdate()
      expect(await announced()).toBe('item-30, item-29')
    })

    test('if the clock is set back, lists obey the rules of the earlier time', async () => {
      const { announced, fire, setClock } = await open(31)
      setClock(21)
      fire()
      await expect.poll(announced).toBe('item-8 Last day, item-3')
    })

    test('after the device has closed, no timer changes its lists', async () => {
      const { announced, device, fire, setClock } = await open(18)
      await device.close()
      setClock(24)
      fire()
      expect(await announced()).toBe(null)
    })
  })

  test('lists on an open page change when a sale begins and its price makes a rule apply', async () => {
    let now = Date.UTC(2026, 11, 1)
    const from = '2026-12-02T00:00Z'
    const catalog = testCatalog.map((item) =>
      item.id === 'item-31' ? { ...item, price: 9, sale: { price: 4, from } } : item,
    )
    const rules: Rule[] = [{ name: 'cheap', hide: { id: ['item-31'], price: { to: 5 } } }]
    const { device, timers } = await start(
      ...([await testServer(), newDatabase(), { now: () => now }, { catalog, rules }] as const),
    )
    expect(ids(await device.recommend({ limit: 1 }))).toEqual(['item-31'])
    const { revision } = device.snapshot()
    now += 25 * 3_600_000
    timers.fire(60_000)
    await expect.poll(() => device.snapshot().revision).toBeGreaterThan(revision)
    expect(ids(await device.recommend({ limit: 1 }))).toEqual(['item-30'])
  })

  test('rules give items badges, in lists of every kind, personal or base', async () => {
    const rules: Rule[] = [
      { name: 'new', badge: { id: ['item-31', 'item-8'] }, text: 'New' },
      { name: 'over', when: { until: '2020-01-01' }, badge: { category: ['mugs'] }, text: 'Over' },
      { name: 'pinned', pin: ['item-8'] },
    ]
    const { device } = await start(await testServer(), newDatabase(), {}, { rules })
    const badges = (list: readonly Recommendation[]) =>
      list.flatMap(({ id, badge }) => (badge ? [`${id} ${badge}`] : [])).sort()
    const both = ['item-31 New', 'item-8 New']
    expect(badges(await device.recommend({ limit: 32 }))).toEqual(both)
    expect(badges(await device.recommend({ limit: 32, order: 'base' }))).toEqual(both)
    expect(badges(await device.similar('item-27', { limit: 31 }))).toEqual(both)
    expect(badges(await device.rerank(['item-1', 'item-8'], {}))).toEqual(['item-8 New'])
    expect(badges(await device.recommend({ limit: 32, rules: false }))).toEqual([])
  })

  test('a rule with `again` lets lists contain an item that the shopper has bought', async () => {
    const life = async (rules: readonly Rule[]) => {
      const { device } = await start(await testServer(), newDatabase(), {}, { rules })
      const time = Date.now() - 3 * 86_400_000
      await device.capture({ id: 'e', time, input: { name: 'purchase', item_id: 'item-8' } })
      return ids(await device.recommend({ limit: 32 }))
    }
    // Nobody in this shop's log bought an item twice, so no item is due again without a rule.
    expect(await life([])).not.toContain('item-8')
    expect(await life([{ name: 'r', again: { category: ['mugs'] } }])).toContain('item-8')
  })

  test('rules apply to a new shopper’s list before the model has loaded, with the same result as afterwards', async () => {
    const server = await testServer()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (/(items|statistics|encoder|shared)\.safetensors$/.test(String(url))) await held
      return server.fetch(url, init)
    }
    const environment = { ...workerEnvironment, fetch, indexedDb: () => indexedDB }
    put(server, { rules: [...RULES, { name: 'mix', atMost: 2, per: 'category' }] })
    const config = testConfig(newDatabase(), { rules: RULES_URL })
    const device = listing(await startDevice(config, environment))
    onTestFinished(() => device.close())
    expect(device.snapshot().model).toBe(null)
    const lists = () =>
      Promise.all([
        device.recommend({ limit: 31 }),
        device.recommend({ limit: 7 }),
        device.recommend({ category: 'bags', excludeIds: ['item-27'] }),
      ])
    const first = await lists()
    release()
    await device.ready()
    expect(device.snapshot().model?.version).toBe('1')
    expect((await lists()).map(ids)).toEqual(first.map(ids))
    expect(ids(first[1])).toEqual([
      'item-27',
      'item-2',
      'item-23',
      'item-30',
      'item-29',
      'item-28',
      'item-25',
    ])
  })

  test('without a base model, rules apply to lists in the catalog’s sequence', async () => {
    const server = await testServer()
    server.files = new Map()
    const rules: Rule[] = [
      { name: 'recall', hide: { id: ['item-0', 'item-5'] } },
      { name: 'push', boost: { id: ['item-9'] }, by: 5 },
      { name: 'gift', pin: ['item-13'] },
    ]
    const { device } = await start(server, newDatabase(), {}, { rules })
    const list = await device.recommend({ limit: 4 })
    expect(ids(list)).toEqual(['item-13', 'item-1', 'item-9', 'item-2'])
    expect(list.map(({ reason }) => reason.kind)).toEqual([
      'chosen',
      'shop-order',
      'chosen',
      'shop-order',
    ])
    expect(ids(await device.similar('item-1', { limit: 3 }))).toEqual([
      'item-13',
      'item-9',
      'item-17',
    ])
    expect(ids(await device.rerank(['item-0', 'item-9', 'item-13'], {}))).toEqual([
      'item-13',
      'item-9',
      'item-0',
    ])
  })
})

describe('rules from a file', () => {
  test('rules from a file are downloaded once, stored for offline visits, and updated', async () => {
    const server = await testServer()
    const database = newDatabase()
    put(server, { rules: RULES })
    const { device } = await start(server, database, {}, { rules: RULES_URL })
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-27', 'item-2'])
    const requests = (await device.entries()).filter(({ detail }) => detail.purpose === 'rules')
    expect(requests).toMatchObject([{ kind: 'request', bytesSent: 0, detail: { url: RULES_URL } }])
    put(server, { rules: RULES.slice(0, 1) })
    await device.checkForUpdate()
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-30', 'item-29'])
    await device.close()

    server.online = false
    const again = await start(server, database, {}, { rules: RULES_URL })
    expect(ids(await again.device.recommend({ limit: 2 }))).toEqual(['item-30', 'item-29'])
  })

  test('if the rules file is missing or invalid, no rules apply, and a notice says so', async () => {
    const server = await testServer()
    const { device } = await start(server, newDatabase(), {}, { rules: RULES_URL })
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-31', 'item-30'])
    expect(codes(device)).toEqual(['model-unreachable'])
    server.files.set('rules.json', new TextEncoder().encode('{'))
    await device.checkForUpdate()
    expect(codes(device)[0]).toBe('rules-invalid')
    put(server, { rules: RULES })
    await device.checkForUpdate()
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-27', 'item-2'])
    // An incomplete file is ignored, so the current rules still apply.
    server.files.set('rules.json', new TextEncoder().encode('{'))
    await device.checkForUpdate()
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-27', 'item-2'])
  })

  test('rules may name brands and items that the catalog lacks', async () => {
    const rules: Rule[] = [
      { name: 'r', only: { brand: ['none'] } },
      { name: 'p', pin: ['gone'] },
    ]
    const catalog = testCatalog.slice(0, 3)
    const { device } = await start(await testServer(), newDatabase(), {}, { rules, catalog })
    expect(await device.recommend({})).toEqual([])
    expect(ids(await device.recommend({ rules: false }))).toHaveLength(3)
  })
})
