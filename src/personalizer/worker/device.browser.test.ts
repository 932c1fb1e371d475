/** @module The device as a whole, in a real browser, on a shop of 32 items. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../engine/engine.ts'
import { createJsEngine } from '../../engine/js.ts'
import { NearsideError } from '../../protocol/error.ts'
import { type Environment, startDevice } from './device.ts'
import { workerEnvironment } from './serve.ts'
import {
  newDatabase,
  openDevice,
  type TestDevice,
  testConfig,
  testModelFiles,
  testServer,
} from './testDevice.ts'

const open: TestDevice[] = []

afterEach(async () => {
  for (const { device } of open.splice(0)) await device.close()
})

async function start(...args: Parameters<typeof openDevice>): Promise<TestDevice> {
  const opened = await openDevice(...args)
  open.push(opened)
  return opened
}

const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id)

/** A small life: four visits on four days. */
async function live({ device }: TestDevice, from = Date.now() - 10 * 86_400_000): Promise<void> {
  for (let visit = 0; visit < 4; visit++) {
    for (const [step, name] of (['view_item', 'add_to_cart', 'purchase'] as const).entries()) {
      const item_id = `item-${4 * visit}`
      const time = from + visit * 86_400_000 + step * 60_000
      await device.capture({ id: `life-${visit}-${step}`, time, input: { name, item_id } })
    }
  }
}

describe('lists', () => {
  test('the first list is the base order, before any engine is loaded', async () => {
    let engines = 0
    const chooseEngine: Environment['chooseEngine'] = async () => {
      engines++
      return { engine: createJsEngine(), reason: 'test' }
    }
    const { device } = await start(await testServer(), newDatabase(), { chooseEngine })
    const list = await device.recommend({ limit: 3 })
    expect(ids(list)).toEqual(['item-31', 'item-30', 'item-29'])
    expect(list.map(({ baseRank }) => baseRank)).toEqual([1, 2, 3])
    expect(list[0].reason).toEqual({ kind: 'popular' })
    expect(engines).toBe(0)
  })

  test('a newcomer’s list needs one small file, and is the one that the whole model gives', async () => {
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
    const device = await startDevice(testConfig(newDatabase()), environment, () => {})
    open.push({ device } as TestDevice)
    expect(device.snapshot().model).toBe(null)
    const first = await device.recommend({ limit: 32, exclude: ['item-7'] })
    const cards = await device.recommend({ category: 'cards' })
    release()
    await device.ready()
    expect(device.snapshot().model?.version).toBe('1')
    expect(ids(await device.recommend({ limit: 32, exclude: ['item-7'] }))).toEqual(ids(first))
    expect(ids(await device.recommend({ category: 'cards' }))).toEqual(ids(cards))
    expect(ids(first).slice(0, 3)).toEqual(['item-31', 'item-30', 'item-29'])
  })

  test('closing while the model is on its way is no failure', async () => {
    const server = await testServer()
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (!String(url).endsWith('statistics.safetensors')) return server.fetch(url, init)
      // A line that says nothing, until the request is abandoned.
      return new Promise((_, reject) => {
        const abandon = () => reject(init?.signal?.reason)
        if (init?.signal?.aborted) abandon()
        else init?.signal?.addEventListener('abort', abandon)
      })
    }
    const environment = { ...workerEnvironment, fetch, indexedDb: () => indexedDB }
    const device = await startDevice(testConfig(newDatabase()), environment, () => {})
    await device.close()
    expect(device.snapshot().notices).toEqual([])
  })

  test('one view changes the list with no training, and says because of what', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    const [first] = await tested.device.recommend({ limit: 3, exclude: ['item-0'] })
    expect(first.id).toBe('item-4')
    expect(first.reason).toEqual({ kind: 'because', item: 'item-0' })
    expect(first.baseRank).toBeGreaterThan(1)
    const base = await tested.device.recommend({ limit: 3, order: 'base' })
    expect(ids(base)).toEqual(['item-31', 'item-30', 'item-29'])
    expect(tested.device.snapshot().learned).toContainEqual({
      kind: 'category',
      name: 'mugs',
      strength: 1,
    })
  })

  test('a bought item says so', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'purchase', items: [{ item_id: 'item-1' }] })
    const list = await tested.device.recommend({ limit: 32 })
    expect(list.find(({ id }) => id === 'item-1')?.reason).toEqual({ kind: 'bought-before' })
  })

  test('category, exclude and unavailable items are respected', async () => {
    const catalog = [
      { id: 'item-1', category: 'cards' },
      { id: 'item-2', category: 'lights', available: false },
      { id: 'item-5', category: 'cards' },
      { id: 'new', category: 'cards' },
    ]
    const { device } = await start(await testServer(), newDatabase(), {}, { catalog })
    expect(new Set(ids(await device.recommend({})))).toEqual(new Set(['item-1', 'item-5', 'new']))
    const cards = await device.recommend({ category: 'cards', exclude: ['item-1'] })
    expect(ids(cards)).toEqual(['item-5', 'new'])
  })

  test('rerank keeps unknown ids, at the end', async () => {
    const { device } = await start(await testServer(), newDatabase())
    const list = await device.rerank(['item-1', 'nowhere', 'item-9'], {})
    expect(ids(list)).toEqual(['item-9', 'item-1', 'nowhere'])
  })

  test('similar and bought together come from the model', async () => {
    const { device } = await start(await testServer(), newDatabase())
    expect(ids(await device.boughtTogether('item-0', {}))).toEqual(['item-4', 'item-8', 'item-12'])
    expect(ids(await device.similar('item-0', { limit: 3 }))).toContain('item-4')
    expect(await device.boughtTogether('nowhere', {})).toEqual([])
  })
})

describe('events', () => {
  test('a bad event is refused with one clear notice and stores nothing', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item' })
    await tested.capture({ name: 'view_item', item_id: 'nowhere' })
    await tested.capture({ name: 'nonsense' as never, item_id: 'item-1' })
    const { events, notices } = tested.device.snapshot()
    expect(events.count).toBe(0)
    expect(notices.map(({ code }) => code)).toEqual([
      'event-invalid',
      'item-unknown',
      'event-invalid',
    ])
  })

  test('the same event twice is one event', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item', item_id: 'item-0' }, 'same')
    await tested.capture({ name: 'view_item', item_id: 'item-0' }, 'same')
    expect(tested.device.snapshot().events.count).toBe(1)
  })

  test('all is there after a reload, and offline', async () => {
    const server = await testServer()
    const database = newDatabase()
    const first = await openDevice(server, database)
    await live(first)
    await first.device.fineTune({})
    const before = await first.device.recommend({ limit: 8 })
    await first.device.close()
    server.online = false
    const second = await start(server, database)
    const snapshot = second.device.snapshot()
    expect(snapshot.events.count).toBe(12)
    expect(snapshot.model?.version).toBe('1')
    expect(snapshot.fit?.cases).toBeGreaterThan(0)
    const after = await second.device.recommend({ limit: 8 })
    expect(ids(after)).toEqual(ids(before))
  })

  test('pausing records nothing and learns nothing', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.device.pause(true)
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    expect(tested.device.snapshot().events.count).toBe(0)
    await tested.device.pause(false)
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    expect(tested.device.snapshot().events.count).toBe(1)
  })
})

describe('learning', () => {
  test('a fit is kept as a version, reported and used', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    const steps: number[] = []
    const report = await tested.device.fineTune({ onProgress: (done) => steps.push(done) })
    expect(report).toMatchObject({ engine: 'js', active: true })
    expect(report.cases).toBeGreaterThan(0)
    expect(report.lossAfter).toBeLessThan(report.lossBefore)
    expect(report.fusionWeight).toBeGreaterThan(0)
    expect(steps.at(-1)).toBe(30)
    expect(tested.device.snapshot().fit).toEqual(report)
  })

  test('a purchase is learned from at once, a view after a pause', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    tested.timers.fire(0)
    await expect.poll(() => tested.device.snapshot().fit?.cases).toBeGreaterThan(0)
    const before = tested.device.snapshot().fit
    await tested.capture({ name: 'view_item', item_id: 'item-5' })
    tested.timers.fire(1000)
    expect(tested.device.snapshot().fit).toBe(before)
    tested.timers.fire(2000)
    await expect.poll(() => tested.device.snapshot().fit).not.toBe(before)
  })

  test('a diverged fit keeps the last good model and says so', async () => {
    const good = createJsEngine()
    let broken = false
    const engine: Engine = {
      ...good,
      fit: (problem, options) =>
        broken
          ? Promise.reject(new NearsideError('fit-diverged', 'The loss was NaN.'))
          : good.fit(problem, options),
    }
    const chooseEngine = async () => ({ engine, reason: 'test' })
    const tested = await start(await testServer(), newDatabase(), { chooseEngine })
    await live(tested)
    const report = await tested.device.fineTune({})
    const before = await tested.device.recommend({ limit: 8 })
    broken = true
    await expect(tested.device.fineTune({})).rejects.toMatchObject({ code: 'fit-diverged' })
    expect(tested.device.snapshot().fit).toEqual(report)
    expect(ids(await tested.device.recommend({ limit: 8 }))).toEqual(ids(before))
    // By itself, it is a notice and no rejection.
    await tested.capture({ name: 'purchase', item_id: 'item-9' })
    tested.timers.fire(0)
    await expect
      .poll(() => tested.device.snapshot().notices.map(({ code }) => code))
      .toContain('fit-diverged')
  })

  test('a fit can be stopped, and lists are answered while it runs', async () => {
    let release = () => {}
    const engine: Engine = {
      ...createJsEngine(),
      fit: (_problem, options) =>
        new Promise((_, reject) => {
          release = () => reject(new NearsideError('aborted', 'Stopped.'))
          options?.signal?.addEventListener('abort', release)
        }),
    }
    const chooseEngine = async () => ({ engine, reason: 'test' })
    const tested = await start(await testServer(), newDatabase(), { chooseEngine })
    await live(tested)
    const stop = new AbortController()
    const fit = tested.device.fineTune({ signal: stop.signal })
    expect(await tested.device.recommend({ limit: 5 })).toHaveLength(5)
    stop.abort()
    await expect(fit).rejects.toMatchObject({ code: 'aborted' })
  })

  test('forgetting an item removes its events and what was learned from them', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    await tested.capture({ name: 'view_item', item_id: 'item-1' })
    await tested.device.forget({ kind: 'category', name: 'mugs' })
    const { events, learned } = tested.device.snapshot()
    expect(events).toEqual({ count: 1, byName: { view_item: 1 } })
    expect(learned.map(({ name }) => name)).toEqual(['cards', 'item-1'])
  })

  test('what is forgotten leaves the model as if it had never been, bit for bit', async () => {
    const server = await testServer()
    const clock = Date.now()
    const began = clock - 10 * 86_400_000
    const now = () => clock
    const parameters = async ({ device }: TestDevice) => {
      await device.fineTune({})
      const { current, versions } = JSON.parse(await device.export()).personal
      const inUse = versions.find(({ version }: { version: number }) => version === current)
      expect(inUse.u).toHaveLength(64)
      return { u: inUse.u, w: inUse.w, fusionWeight: inUse.fusionWeight }
    }
    const never = await start(server, newDatabase(), { now })
    await live(never, began)
    const forgot = await start(server, newDatabase(), { now })
    await live(forgot, began)
    const time = began + 5 * 86_400_000
    const input = { name: 'purchase', item_id: 'item-9' } as const
    await forgot.device.capture({ id: 'regretted', time, input })
    const before = await parameters(forgot)
    await forgot.device.forget({ kind: 'item', name: 'item-9' })
    expect(await parameters(forgot)).toEqual(await parameters(never))
    expect(before).not.toEqual(await parameters(never))
  })
})

describe('the base model', () => {
  test('unreachable at first: the shop’s own order, with a notice; adopted when it is there', async () => {
    const server = await testServer()
    server.online = false
    const { device } = await start(server, newDatabase())
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-0', 'item-1'])
    expect(device.snapshot().notices[0].code).toBe('model-unreachable')
    server.online = true
    expect(await device.checkForUpdate()).toEqual({ adopted: true, version: '1' })
    expect(ids(await device.recommend({ limit: 2 }))).toEqual(['item-31', 'item-30'])
  })

  test.each(['manifest.json', 'items.safetensors'])(
    'a damaged %s never replaces the last good one',
    async (name) => {
      const server = await testServer('1')
      const database = newDatabase()
      const { device } = await start(server, database)
      server.files = await testModelFiles('2', 99)
      const bytes = server.files.get(`2/${name}`)
      if (!bytes) throw new Error('no such file')
      bytes[bytes.length >> 1] ^= 1
      await expect(device.checkForUpdate()).rejects.toMatchObject({ code: 'model-corrupt' })
      expect(device.snapshot().model?.version).toBe('1')
      server.online = false
      const again = await start(server, database)
      expect(again.device.snapshot().model?.version).toBe('1')
    },
  )

  test('a new version is adopted, logged, learned on anew, and only what changed is fetched', async () => {
    const server = await testServer('1')
    const database = newDatabase()
    const tested = await start(server, database)
    await live(tested)
    await tested.device.fineTune({})
    server.files = await testModelFiles('2')
    server.requests.length = 0
    expect(await tested.device.checkForUpdate()).toEqual({ adopted: true, version: '2' })
    // Same seed, same bytes: the manifest names another version, the files are those at hand.
    expect(server.requests.map(({ url }) => url.split('/models/')[1])).toEqual([
      'latest.json',
      '2/manifest.json',
    ])
    expect(tested.device.snapshot().fit).toBe(null)
    tested.timers.fire(0)
    await expect.poll(() => tested.device.snapshot().fit?.cases).toBeGreaterThan(0)
    const models = (await tested.device.entries()).filter(({ kind }) => kind === 'model')
    expect(models.map(({ detail }) => detail.version)).toEqual(['1', '2'])
    expect(await tested.device.checkForUpdate()).toEqual({ adopted: false, version: '2' })
  })
})

describe('the log', () => {
  test('every request has an entry, written before it left, and the chain holds', async () => {
    const server = await testServer()
    const { device } = await start(server, newDatabase())
    const entries = await device.entries()
    const requested = entries
      .filter(({ kind }) => kind === 'request')
      .map(({ detail }) => detail.url)
    expect(requested.sort()).toEqual(server.requests.map(({ url }) => url).sort())
    expect(entries.every(({ bytesSent }) => bytesSent === 0)).toBe(true)
    expect(await device.verify()).toEqual({ ok: true, entries: entries.length, brokenAt: null })
    for (const { init } of server.requests) {
      expect(init).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' })
    }
  })

  test('erase leaves one entry and nothing else about the shopper', async () => {
    const server = await testServer()
    const database = newDatabase()
    const tested = await start(server, database)
    await live(tested)
    await tested.device.fineTune({})
    await tested.device.erase()
    const { events, fit, learned } = tested.device.snapshot()
    expect({ events, fit, learned }).toEqual({
      events: { count: 0, byName: {} },
      fit: null,
      learned: [],
    })
    const entries = await tested.device.entries()
    expect(entries.map(({ kind, sequence }) => [kind, sequence])).toEqual([['erase', 0]])
    expect((await tested.device.verify()).ok).toBe(true)
    const dump = await tested.device.export()
    expect(dump).not.toContain('item-')
    expect(ids(await tested.device.recommend({ limit: 1 }))).toEqual(['item-31'])
  })

  test('a fit that runs while everything is erased is not kept', async () => {
    let reached = () => {}
    let go = () => {}
    const atEngine = new Promise<void>((resolve) => {
      reached = resolve
    })
    const js = createJsEngine()
    const engine: Engine = {
      ...js,
      // Deaf to the abort, so that only the store can refuse the result.
      async fit(problem) {
        const result = await js.fit(problem)
        reached()
        await new Promise<void>((resolve) => {
          go = resolve
        })
        return result
      },
    }
    const server = await testServer()
    const database = newDatabase()
    const a = await start(server, database, { chooseEngine: async () => ({ engine, reason: '' }) })
    const b = await start(server, database)
    await live(a)
    const fit = a.device.fineTune({}).catch((error: NearsideError) => error.code)
    await atEngine
    await b.device.erase()
    go()
    expect(await fit).toBe('aborted')
    expect(JSON.parse(await b.device.export()).personal).toEqual({ current: null, versions: [] })
  })
})

describe('consent', () => {
  test('without aggregators there is no upload path', async () => {
    const { device } = await start(await testServer(), newDatabase())
    await expect(device.setContribution(true)).rejects.toMatchObject({ code: 'input-invalid' })
    expect(await device.contribute()).toMatchObject({ sent: false })
  })

  test('is logged, kept, and can be withdrawn', async () => {
    const server = await testServer()
    const federation = { leader: 'https://leader.test', helper: 'https://helper.test' }
    const { device } = await start(server, newDatabase(), {}, { federation })
    const asked = server.requests.length
    expect((await device.contribute()).sent).toBe(false)
    expect(server.requests).toHaveLength(asked)
    await device.setContribution(true)
    expect(device.snapshot().consent.contribute).toBe(true)
    await device.setContribution(false)
    expect(device.snapshot().consent).toEqual({ contribute: false, since: null })
    const kinds = (await device.entries()).filter(({ kind }) => kind === 'consent')
    expect(kinds.map(({ detail }) => detail.contribute)).toEqual([true, false])
  })

  test('a fit asks the aggregators for their task only with it, and then once an hour', async () => {
    const server = await testServer()
    const federation = { leader: 'https://leader.test', helper: 'https://helper.test' }
    let clock = Date.now()
    const now = () => clock
    const a = await start(server, newDatabase(), { now }, { federation })
    const asked = () => server.requests.filter(({ url }) => url.startsWith('https://leader.test'))
    await live(a)
    await a.device.fineTune({})
    expect(asked()).toEqual([])
    await a.device.setContribution(true)
    await a.device.fineTune({})
    await expect.poll(() => asked().length).toBe(1)
    await a.device.fineTune({})
    expect(asked()).toHaveLength(1)
    clock += 3_600_000
    await a.device.fineTune({})
    await expect.poll(() => asked().length).toBe(2)
  })

  test('a change of engine is shown and said', async () => {
    let replace: (() => void) | undefined
    const a = await start(await testServer(), newDatabase(), {
      chooseEngine: async (_, onSwitch) => {
        const engine = createJsEngine()
        replace = () =>
          onSwitch({ engine, reason: 'WebGPU: the device was lost; using JavaScript' })
        return { engine, reason: 'first' }
      },
    })
    await live(a)
    await a.device.fineTune({})
    expect(a.device.snapshot().engine?.reason).toBe('first')
    replace?.()
    expect(a.device.snapshot().engine?.reason).toMatch(/device was lost/)
    expect(a.device.snapshot().notices[0]).toMatchObject({ code: 'engine-failed' })
  })
})
