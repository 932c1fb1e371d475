/**
 * @module Tests that a device sends model updates only under a consent, even if stores fail, clocks jump, or events are
 * forgotten.
 */

import { replayed } from '@nearside/aggregate/privacy/randomBytes.ts'
import { DEMO_PARAMETERS, SHOP_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { type Policy, policyHash } from '@nearside/aggregate/protocol/policy.ts'
import { TEST_RECIPIENTS } from '@nearside/aggregate/protocol/testPolicy.ts'
import { parseBundle } from '@nearside/audit/bundle.ts'
import { verifyBundle } from '@nearside/audit/verify.ts'
import { fromBase64, sha256, toHex } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readBaseModel } from '@nearside/core/model/files.ts'
import { parseManifest } from '@nearside/core/model/manifest.ts'
import { type TestServer, testCatalog } from '@nearside/core/model/testShop.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makeReport } from '../contribution/makeReport.ts'
import { faultyFactory, refusingFactory } from '../storage/testDatabases.ts'
import type { Environment } from './services.ts'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import {
  live,
  newDatabase,
  openDevice,
  start,
  type TestDevice,
  testConfig,
  testServer,
} from './testDevice.ts'

async function federation(terms: Partial<Policy> = {}) {
  const server = await testServer()
  const aggregators = await TestAggregators.start(server, terms)
  const fetch = aggregators.fetchWith(server.fetch)
  const config = { federation: FEDERATION }
  /** Opens a tab that closes by itself when the test ends. */
  const open = (database: string, overrides: Partial<Environment> = {}) =>
    start(server, database, { fetch, ...overrides }, config)
  /** Opens a tab that the test must close. */
  const visit = (database: string, overrides: Partial<Environment> = {}) =>
    openDevice(server, database, { fetch, ...overrides }, config)
  return { server, aggregators, open, visit }
}

const codes = ({ device }: TestDevice) => device.snapshot().notices.map(({ code }) => code)

/** Disk that refuses to write while the test says so. */
function refusingDisk() {
  const disk = { refuses: false }
  const indexedDb = () =>
    faultyFactory((_tables, mode) =>
      disk.refuses && mode === 'readwrite' ? 'QuotaExceededError' : null,
    )
  return { disk, indexedDb }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a disk that refuses writes', () => {
  test('if the disk refuses all writes, no visit sends an update, and each visit gets a notice of the storage error', async () => {
    const { aggregators, visit } = await federation({ maxParticipations: 1 })
    const { disk, indexedDb } = refusingDisk()
    const database = newDatabase()
    const agreed = await visit(database, { indexedDb })
    await live(agreed)
    await agreeTo(agreed.device)
    disk.refuses = true
    for (let i = 0; i < 3; i++) {
      const tested = i === 0 ? agreed : await visit(database, { indexedDb })
      expect(await tested.device.contribute()).toMatchObject({ sent: false })
      expect(codes(tested).filter((code) => code.startsWith('storage-'))).not.toEqual([])
      await tested.device.close()
    }
    expect(aggregators.posted).toEqual([])
    disk.refuses = false
    const again = await visit(database, { indexedDb })
    expect((await again.device.contribute()).sent).toBe(true)
    expect((await again.device.contribute()).sent).toBe(false)
    await again.device.close()
    expect(aggregators.posted).toHaveLength(1)
  })

  test('if the disk refuses one write, at most one report is sent in two visits, whichever write fails', async () => {
    const { aggregators, visit } = await federation({ maxParticipations: 1 })
    for (let failing = 0; failing < 14; failing++) {
      let writes = Number.NEGATIVE_INFINITY
      const indexedDb = () =>
        faultyFactory((_tables, mode) =>
          mode === 'readwrite' && writes++ === failing ? 'QuotaExceededError' : null,
        )
      const database = newDatabase()
      const first = await visit(database, { indexedDb })
      await live(first)
      await agreeTo(first.device)
      aggregators.posted.length = 0
      writes = 0
      const { sent, reason } = await first.device.contribute()
      if (!sent) expect(reason).not.toBe('')
      await first.device.close()
      const second = await visit(database)
      await second.device.contribute()
      await second.device.close()
      expect(new Set(aggregators.posted.map(toHex)).size).toBeLessThanOrEqual(1)
    }
  })

  test('a private window refuses consent and says why', async () => {
    const { aggregators, open } = await federation()
    const tested = await open(newDatabase(), { indexedDb: () => refusingFactory('SecurityError') })
    await live(tested)
    await expect(agreeTo(tested.device)).rejects.toMatchObject({
      code: 'storage-unavailable',
    })
    expect(tested.device.snapshot().consent.contribute).toBe(false)
    expect((await tested.device.contribute()).sent).toBe(false)
    expect(aggregators.posted).toEqual([])
  })

  test('a tab that continues in memory after a storage error sends nothing, while another tab still sends', async () => {
    const { aggregators, open } = await federation()
    const { disk, indexedDb } = refusingDisk()
    const database = newDatabase()
    const [a, b] = [await open(database, { indexedDb }), await open(database)]
    await live(a)
    await agreeTo(a.device)
    disk.refuses = true
    await a.capture({ name: 'view_item', item_id: 'item-1' })
    disk.refuses = false
    expect(a.device.snapshot().storage).toBe('memory')
    expect(await a.device.contribute()).toMatchObject({
      sent: false,
      reason: expect.stringContaining('nothing is sent'),
    })
    expect(codes(a)[0]).toBe('storage-unavailable')
    expect((await b.device.contribute()).sent).toBe(true)
    expect(aggregators.posted).toHaveLength(1)
  })

  test('a withdrawal of consent that can’t be stored applies in its tab, and `setContribution` rejects', async () => {
    const { aggregators, open } = await federation()
    const { disk, indexedDb } = refusingDisk()
    const tested = await open(newDatabase(), { indexedDb })
    await live(tested)
    await agreeTo(tested.device)
    disk.refuses = true
    await expect(tested.device.setContribution(false)).rejects.toMatchObject({
      code: 'storage-full',
    })
    disk.refuses = false
    expect(tested.device.snapshot().consent.contribute).toBe(false)
    expect((await tested.device.contribute()).sent).toBe(false)
    await tested.device.setContribution(false)
    expect((await tested.device.contribute()).sent).toBe(false)
    expect(aggregators.posted).toEqual([])
  })

  test('`erase` and `forget` reject if the disk refuses to delete', async () => {
    const { open } = await federation()
    const { disk, indexedDb } = refusingDisk()
    const tested = await open(newDatabase(), { indexedDb })
    await live(tested)
    disk.refuses = true
    await expect(tested.device.erase()).rejects.toMatchObject({ code: 'storage-full' })
    const item = { kind: 'item', name: 'item-0' } as const
    await expect(tested.device.forget(item)).rejects.toMatchObject({ code: 'storage-full' })
    await tested.capture({ name: 'view_item', item_id: 'item-1' })
    await expect(tested.device.erase()).rejects.toMatchObject({ code: 'storage-unavailable' })
    expect(tested.device.snapshot().events.count).toBe(0)
  })
})

test('consent, privacy budget and log entry of an update are flushed to disk before its first byte is sent', async () => {
  const { aggregators, server, open } = await federation()
  const order: string[] = []
  const begin = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
    this: IDBDatabase,
    tables,
    mode,
    options,
  ) {
    const transaction = begin.call(this, tables, mode, options)
    if (mode === 'readwrite' && options?.durability === 'strict')
      transaction.addEventListener('complete', () =>
        order.push([...transaction.objectStoreNames].join()),
      )
    return transaction
  })
  const answer = aggregators.fetchWith(server.fetch)
  const fetch: typeof answer = (input, init) => {
    if (init?.method === 'POST') order.push('POST')
    return answer(input, init)
  }
  const tested = await open(newDatabase(), { fetch })
  await live(tested)
  // The first download stored the addresses that the page declares as its only recipients.
  expect(order).toEqual(['heads,settings'])
  await tested.device.contributionTerms()
  order.length = 0
  await tested.device.setContribution(true)
  // The first write is the key that signs the log.
  expect(order).toEqual(['heads', 'ledger', 'heads,settings'])
  order.length = 0
  await tested.device.contribute()
  expect(order.filter((what) => what === 'POST')).toHaveLength(1)
  const before = order.slice(0, order.indexOf('POST'))
  expect(before).toContain('heads,settings')
  expect(before.at(-1)).toBe('ledger')
})

describe('a report that waits to be sent again', () => {
  async function waiting() {
    const { aggregators, open } = await federation()
    const tested = await open(newDatabase())
    await live(tested)
    await agreeTo(tested.device)
    aggregators.answer = 'lost'
    await tested.device.contribute()
    expect(aggregators.posted).toHaveLength(1)
    aggregators.answer = 'receipt'
    const held = async () => JSON.parse(await tested.device.export())
    expect((await held()).settings.pending.id).toMatch(/^[0-9a-f]{32}$/)
    return { aggregators, tested, held }
  }

  test('a report whose answer was lost is sent again with identical bytes', async () => {
    const { aggregators, tested, held } = await waiting()
    expect((await tested.device.contribute()).sent).toBe(true)
    expect(aggregators.posted[1]).toEqual(aggregators.posted[0])
    expect((await held()).settings.pending).toBe(undefined)
    expect(tested.device.snapshot().sent.reports).toBe(1)
  })

  test.each(['forget', 'erase', 'withdraw'] as const)(
    'a report that waits to be sent again is deleted after %s, but its privacy budget stays spent',
    async (what) => {
      const { aggregators, tested, held } = await waiting()
      const { device } = tested
      if (what === 'forget') await device.forget({ kind: 'item', name: 'item-0' })
      if (what === 'erase') await device.erase()
      if (what === 'withdraw') await device.setContribution(false)
      const { settings, ledger } = await held()
      expect(settings.pending).toBe(undefined)
      if (what !== 'withdraw') expect(settings.openings).toBe(undefined)
      expect(settings.budget.participations).toHaveLength(1)
      expect(Object.keys(settings.budget).sort()).toEqual([
        'attempted',
        'earlier',
        'elapsed',
        'participations',
        'seen',
        'time',
      ])
      expect(JSON.stringify(ledger)).not.toContain('updateInteger')
      if (what !== 'forget') await agreeTo(device)
      expect((await device.contribute()).sent).toBe(false)
      expect(aggregators.posted).toHaveLength(1)
    },
  )
})

/** Terms under which an update also flags the items of the shopper's recent events; servers add up the flags. */
const COUNTING = {
  countShare: 0.8,
  parameters: { featureWeights: SHARED_LENGTH, itemCounts: testCatalog.length },
}

test.each([
  ['', {}],
  [' with item counts', COUNTING],
])('the log has a hash of the update%s, and an export has the hashed bytes', async (_, terms) => {
  const { aggregators, open, server } = await federation(terms)
  const { device, ...tested } = await open(newDatabase())
  await live({ device, ...tested })
  await agreeTo(device)
  expect((await device.contribute()).sent).toBe(true)
  const { settings, ledger } = JSON.parse(await device.export())
  const [{ salt, update, reportId, delta, random, round, policy }] = settings.openings
  const { detail } = ledger.find(({ kind }: { kind: string }) => kind === 'upload')
  expect(detail.reportId).toBe(reportId)
  const opened = Uint8Array.of(...fromBase64(salt), ...fromBase64(update))
  expect(toHex(await sha256(opened))).toBe(detail.commitment)
  expect(JSON.stringify(ledger)).not.toContain(update)
  // The report's stored inputs give the same bytes again.
  const task = { policy, round, policyHash: await policyHash(policy) }
  const again = await makeReport(delta, task, replayed(fromBase64(random)))
  expect(toHex(again.body)).toBe(toHex(aggregators.posted[0]))
  const { made } = settings.openings[0]
  expect({ ...again.opening, made }).toEqual(settings.openings[0])
  await device.fineTune({})
  // An old order that is imported after the report must not change the report that an auditor recomputes.
  const order = { id: 'old', time: Date.now() - 9e9, items: [{ item_id: 'item-4' }] }
  expect(await device.seed([order])).toBe(1)
  // An auditor recomputes exactly this update from the events, but another update if one event is missing.
  const bundle = parseBundle(await device.export())
  const hash = toHex(await sha256(server.files.get('1/manifest.json') ?? new Uint8Array()))
  const shop = { model: await served(server), hash, catalog: Catalog.parse(testCatalog) }
  const audit = await verifyBundle(bundle, { shop })
  expect(audit).toMatchObject({
    faults: [],
    reports: 1,
    remade: 1,
    follow: 1,
    receipts: 1,
    fits: 1,
  })
  const fewer = { ...bundle, events: bundle.events.slice(0, -1) }
  const { faults } = await verifyBundle(fewer, { shop })
  expect(faults.map(({ check }) => check)).toEqual(['end', 'delta'])
})

function served({ files }: TestServer): Promise<BaseModel> {
  const bytes = [...files].map(([path, file]) => [path.replace(/^1\//, ''), file] as const)
  const byName = new Map(bytes)
  const manifest = JSON.parse(new TextDecoder().decode(byName.get('manifest.json')))
  return readBaseModel(parseManifest(manifest), byName)
}

test('a shopper who looked at a product newer than the base model can send an update', async () => {
  const server = await testServer()
  const aggregators = await TestAggregators.start(server, COUNTING)
  const catalog = [...testCatalog, { id: 'new', title: 'A new mug', category: 'mugs', price: 3 }]
  const config = { federation: FEDERATION, catalog }
  const fetch = aggregators.fetchWith(server.fetch)
  const tested = await start(server, newDatabase(), { fetch }, config)
  await live(tested)
  await tested.capture({ name: 'add_to_cart', item_id: 'new' })
  await tested.capture({ name: 'purchase', item_id: 'item-1' })
  await agreeTo(tested.device)
  expect(await tested.device.contribute()).toMatchObject({ sent: true })
})

describe('terms', () => {
  test('before the device has requested the aggregators’ terms, the terms are null and a consent is refused', async () => {
    const { aggregators, open } = await federation({ noiseMultiplier: 9, maxParticipations: 1 })
    const database = newDatabase()
    const [a, b] = [await open(database), await open(database)]
    expect(a.device.snapshot().terms).toBeNull()
    await expect(a.device.setContribution(true)).rejects.toMatchObject({ code: 'consent-missing' })
    expect(aggregators.asked).toBe(0)
    const terms = await a.device.contributionTerms()
    expect(terms.epsilonPerReport).toBeCloseTo(0.934, 3)
    await expect.poll(() => b.device.snapshot().terms).toEqual(terms)
  })

  test('terms beyond the device’s limits are refused and reported, without asking the shopper', async () => {
    const { aggregators, open } = await federation({ aggregationGoal: 999 })
    let questions = 0
    const confirmConsent = async () => {
      questions++
      return 'agreed'
    }
    const tested = await open(newDatabase(), { confirmConsent })
    await live(tested)
    const { device } = tested
    const beyond = { code: 'terms-beyond-limits' }
    await expect(device.setContribution(true)).rejects.toMatchObject(beyond)
    await expect(device.contributionTerms()).rejects.toMatchObject(beyond)
    expect([questions, device.snapshot().consent.contribute]).toEqual([0, false])
    // Now the shopper agrees, and then the servers' new terms exceed the device's limits.
    aggregators.policy = { ...aggregators.policy, aggregationGoal: 1000 }
    await agreeTo(device)
    aggregators.policy = { ...aggregators.policy, aggregationGoal: 999 }
    expect((await device.contribute()).sent).toBe(false)
    expect(codes(tested)).toContain('terms-beyond-limits')
    expect(aggregators.posted).toEqual([])
  })

  test('if new terms ask for item counts, a consent to terms without them ends', async () => {
    const { aggregators, open } = await federation()
    const { device } = await open(newDatabase())
    await agreeTo(device)
    aggregators.policy = { ...aggregators.policy, ...COUNTING }
    const { sent } = await device.contribute()
    expect([sent, aggregators.posted]).toEqual([false, []])
    expect(device.snapshot().consent.contribute).toBe(false)
  })

  test('a consent to a demo shop’s weaker terms is logged as a demonstration, and covers no real shop', async () => {
    const server = await testServer()
    const aggregators = await TestAggregators.start(server, DEMO_PARAMETERS)
    const fetch = aggregators.fetchWith(server.fetch)
    const database = newDatabase()
    const visit = (demonstration: boolean) =>
      openDevice(server, database, { fetch }, { federation: { ...FEDERATION, demonstration } })
    const demo = await visit(true)
    await live(demo)
    expect((await demo.device.contributionTerms()).demonstration).toBe(true)
    await agreeTo(demo.device)
    expect(await demo.device.contribute()).toMatchObject({ sent: true })
    const said = (await demo.device.entries()).find(({ kind }) => kind === 'consent')
    expect(said?.detail).toMatchObject({ contribute: true, demonstration: true })
    const exported = parseBundle(await demo.device.export())
    expect((await verifyBundle(exported)).faults).toEqual([])
    await demo.device.close()
    aggregators.policy = { ...aggregators.policy, ...SHOP_PARAMETERS, task: 'nearside-demo' }
    aggregators.round = 2
    const real = await visit(false)
    await live(real)
    expect(await real.device.contribute()).toMatchObject({ sent: false })
    expect(real.device.snapshot().consent.contribute).toBe(false)
    expect(aggregators.posted).toHaveLength(1)
    await real.device.close()
  })

  test('a consent is for named recipients; if a page names others, the consent ends until the shopper agrees anew', async () => {
    const { server, aggregators, open } = await federation()
    const database = newDatabase()
    const tested = await open(database)
    await live(tested)
    await agreeTo(tested.device)
    const asked = aggregators.asked
    const fetch = aggregators.fetchWith(server.fetch)
    for (const other of [
      { ...FEDERATION, helper: 'https://shop.test/evil-helper' },
      { ...FEDERATION, helperKey: TEST_RECIPIENTS.helperKey },
      { ...FEDERATION, leaderOperator: 'Another shop' },
    ]) {
      const elsewhere = await start(server, database, { fetch }, { federation: other })
      expect(elsewhere.device.snapshot()).toMatchObject({
        consent: { contribute: false, since: null },
        terms: null,
      })
      expect((await elsewhere.device.contribute()).sent).toBe(false)
    }
    expect(aggregators.asked).toBe(asked)
    expect((await tested.device.contribute()).sent).toBe(false)
    expect(tested.device.snapshot().consent.contribute).toBe(false)
    const said = (await tested.device.entries()).filter(({ kind }) => kind === 'consent')
    expect(said.at(-1)?.detail).toEqual({ contribute: false, why: 'recipients' })
    expect(aggregators.posted).toEqual([])
    await agreeTo(tested.device)
    expect((await tested.device.contribute()).sent).toBe(true)
  })

  test('a page that was opened earlier and names other recipients does not end a newer consent', async () => {
    const { server, aggregators, open } = await federation()
    const database = newDatabase()
    const fetch = aggregators.fetchWith(server.fetch)
    const other = { ...FEDERATION, leaderOperator: 'Another shop' }
    const old = await start(server, database, { fetch }, { federation: other })
    // Wait, so that the consent is later than the opening of the old page, even by a clock of whole milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const tested = await open(database)
    await live(tested)
    await agreeTo(tested.device)
    const { conditions } = testConfig('')
    for (const globalPrivacyControl of [true, false])
      await old.device.conditions({ ...conditions, globalPrivacyControl })
    expect((await old.device.contribute()).sent).toBe(false)
    const said = (await tested.device.entries()).filter(({ kind }) => kind === 'consent')
    expect(said.at(-1)?.detail.contribute).toBe(true)
    expect((await tested.device.contribute()).sent).toBe(true)
  })

  test('if the terms change to a single trusted server, the consent ends until the shopper agrees anew', async () => {
    const { aggregators, open } = await federation()
    const tested = await open(newDatabase())
    await live(tested)
    await agreeTo(tested.device)
    aggregators.policy = { ...aggregators.policy, trust: 'trusted-server' }
    expect((await tested.device.contribute()).sent).toBe(false)
    const { consent, terms } = tested.device.snapshot()
    expect([consent.contribute, terms?.trust]).toEqual([false, 'trusted-server'])
    expect(codes(tested)).toContain('policy-mismatch')
    expect(aggregators.posted).toEqual([])
    await agreeTo(tested.device)
    expect((await tested.device.contribute()).sent).toBe(true)
  })
})

test('the device contacts the aggregators at most once an hour over reloads, tabs and clock jumps', async () => {
  const { aggregators, visit } = await federation()
  const database = newDatabase()
  let clock = Date.now()
  const now = () => clock
  const first = await visit(database, { now })
  await live(first)
  await agreeTo(first.device)
  aggregators.asked = 0
  await first.device.fineTune({})
  await expect.poll(() => aggregators.asked).toBe(2)
  await expect.poll(() => first.device.snapshot().sent.reports).toBe(1)
  await first.device.close()
  for (const jump of [0, 60_000, -86_400_000]) {
    clock += jump
    const again = await visit(database, { now })
    await again.device.fineTune({})
    // `contribute` waits for the automatic attempt that the fit started.
    await again.device.contribute()
    await again.device.close()
  }
  // The servers get two requests for the first visit and two for each call of `contribute`, but none for the automatic
  // attempts of later visits.
  expect(aggregators.asked).toBe(2 + 3 * 2)
  clock += 3_600_000
  const later = await visit(database, { now })
  await later.device.fineTune({})
  await expect.poll(() => aggregators.asked).toBe(2 + 3 * 2 + 2)
  await later.device.close()
})

const HOUR = 3_600_000
/** Number of requests when a shopper agrees: one to each server. */
const TERMS = 2
const waits = ({ timers }: Pick<TestDevice, 'timers'>) =>
  [...timers.waiting.values()].map(({ milliseconds }) => milliseconds)

/** Gives a consent and runs a fit, which schedules an update. */
async function planned(tested: TestDevice): Promise<TestDevice> {
  await live(tested)
  await agreeTo(tested.device)
  await tested.device.fineTune({})
  await expect.poll(() => waits(tested)).toContain(HOUR)
  return tested
}

describe('a scheduled update', () => {
  test('a scheduled update is sent at a random time within a day of the fit', async () => {
    const { aggregators, open } = await federation()
    let clock = Date.now()
    // Timers of a sleeping machine stop, so no timer is longer than an hour.
    const tested = await planned(
      await open(newDatabase(), { now: () => clock, random: () => 0.25 }),
    )
    for (let hour = 1; hour <= 5; hour++) {
      clock += HOUR
      tested.timers.fire(HOUR)
      await expect.poll(() => waits(tested)).toContain(HOUR)
    }
    expect(aggregators.asked).toBe(TERMS)
    clock += HOUR
    tested.timers.fire(HOUR)
    await expect.poll(() => tested.device.snapshot().sent.reports).toBe(1)
    expect(waits(tested)).not.toContain(HOUR)
  })

  test('a scheduled update is sent at the next visit if no tab of the shop was open when it was due', async () => {
    const { aggregators, visit } = await federation()
    const database = newDatabase()
    let clock = Date.now()
    const environment = { now: () => clock, random: () => 0.5 }
    const first = await planned(await visit(database, environment))
    await first.device.close()
    expect(first.timers.waiting.size).toBe(0)
    clock += 6 * HOUR
    const early = await visit(database, environment)
    await expect.poll(() => waits(early)).toContain(HOUR)
    await early.device.close()
    expect(aggregators.asked).toBe(TERMS)
    clock += 6 * HOUR
    const late = await visit(database, environment)
    await expect.poll(() => late.device.snapshot().sent.reports).toBe(1)
    await late.device.close()
  })
})

describe('an update that is due', () => {
  const DAY = 24 * HOUR

  test.each(['erase', 'forget', 'withdraw'] as const)(
    'a scheduled update is cancelled after %s',
    async (what) => {
      const { aggregators, open } = await federation()
      let clock = Date.now()
      const { device, timers } = await planned(
        await open(newDatabase(), { now: () => clock, random: () => 0.5 }),
      )
      if (what === 'forget') await device.forget({ kind: 'item', name: 'item-0' })
      if (what === 'erase') await device.erase()
      if (what === 'withdraw') await device.setContribution(false)
      if (what !== 'forget') await agreeTo(device)
      const bundle = parseBundle(await device.export())
      // Forgetting an item cancels the scheduled update, because the device first learns anew from the other events.
      expect(bundle.settings).not.toHaveProperty('due')
      clock += 2 * DAY
      timers.fire(HOUR)
      await device.contributionTerms()
      expect(aggregators.posted).toEqual([])
    },
  )

  test('under Global Privacy Control, a due update is not sent and remains due, and only one timer waits for it', async () => {
    const { aggregators, open } = await federation()
    let clock = Date.now()
    const tested = await planned(await open(newDatabase(), { now: () => clock, random: () => 0.5 }))
    const { device, timers } = tested
    await device.pause(true)
    await device.pause(false)
    await device.contributionTerms()
    expect(waits(tested).filter((wait) => wait === HOUR)).toHaveLength(1)
    const conditions = { visible: true, savesData: false, battery: null }
    await device.conditions({ ...conditions, globalPrivacyControl: true })
    clock += DAY
    timers.fire(HOUR)
    await device.contributionTerms()
    expect(aggregators.posted).toEqual([])
    await device.conditions({ ...conditions, globalPrivacyControl: false })
    await expect.poll(() => device.snapshot().sent.reports).toBe(1)
  })

  test('if the leader tab closes, another tab takes over a due update, and doesn’t send it while the device is paused', async () => {
    const { aggregators, open, visit } = await federation()
    const database = newDatabase()
    let clock = Date.now()
    const environment = { now: () => clock, random: () => 0.5 }
    const first = await planned(await visit(database, environment))
    const second = await open(database, environment)
    await first.device.close()
    await expect.poll(() => second.device.snapshot().tab).toBe('leader')
    await expect.poll(() => waits(second)).toContain(HOUR)
    await second.device.pause(true)
    clock += DAY
    second.timers.fire(HOUR)
    await second.device.contributionTerms()
    expect(aggregators.posted).toEqual([])
    await second.device.pause(false)
    await expect.poll(() => second.device.snapshot().sent.reports).toBe(1)
  })
})

describe('Global Privacy Control', () => {
  test('Global Privacy Control refuses a new consent and stops sending under an old one', async () => {
    const { aggregators, open } = await federation()
    const { device, ...tested } = await open(newDatabase())
    await live({ device, ...tested })
    const conditions = { visible: true, savesData: false, battery: null }
    await device.conditions({ ...conditions, globalPrivacyControl: true })
    expect(device.snapshot().globalPrivacyControl).toBe(true)
    await expect(agreeTo(device)).rejects.toMatchObject({ code: 'consent-missing' })
    expect(device.snapshot().consent.contribute).toBe(false)
    await device.conditions({ ...conditions, globalPrivacyControl: false })
    await agreeTo(device)
    aggregators.asked = 0
    await device.conditions({ ...conditions, globalPrivacyControl: true })
    expect(await device.contribute()).toMatchObject({ sent: false, reason: /Global Privacy/ })
    expect(aggregators.asked).toBe(0)
    await device.setContribution(false)
    expect(device.snapshot().consent.contribute).toBe(false)
  })
})

describe('the wording of a consent', () => {
  test('the wording of a consent is stored, the device’s log has its hash, and withdrawing the consent deletes the wording', async () => {
    const { open } = await federation()
    const { device, ...tested } = await open(newDatabase())
    await live({ device, ...tested })
    const wording = 'Now and then this browser sends one update. ε ≤ 5'
    await agreeTo(device, wording)
    expect(device.snapshot().consent).toMatchObject({ contribute: true, wording })
    const hash = toHex(await sha256(new TextEncoder().encode(wording)))
    const said = async () => (await device.entries()).findLast(({ kind }) => kind === 'consent')
    expect((await said())?.detail.wording).toBe(hash)
    const bundle = parseBundle(await device.export())
    expect(bundle.settings.consent).toMatchObject({ wording })
    expect((await verifyBundle(bundle)).faults).toEqual([])
    await device.setContribution(false)
    expect(await device.export()).not.toContain(wording)
    await agreeTo(device)
    expect((await said())?.detail).not.toHaveProperty('wording')
  })

  test.each([42, 'x'.repeat(4001), null])(
    'a wording that is %s is refused, and no consent is given',
    async (wrong) => {
      const { open } = await federation()
      const { device } = await open(newDatabase())
      await expect(agreeTo(device, wrong as string)).rejects.toMatchObject({
        code: 'input-invalid',
      })
      expect(device.snapshot().consent.contribute).toBe(false)
    },
  )
})
