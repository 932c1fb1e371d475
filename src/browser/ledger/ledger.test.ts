import { DAY } from '@nearside/core/time.ts'
import { describe, expect, test } from 'vitest'
import { createMemoryDatabase } from '../storage/database.ts'
import { createStore, type Store } from '../storage/store.ts'
import { createLedger, LEDGER_SIZE } from './ledger.ts'
import { summaryOf } from './removed.ts'
import { verifyChain } from './verifyChain.ts'

test('concurrent writers, such as several tabs, make one unbroken chain', async () => {
  const store = createStore(createMemoryDatabase())
  const tabs = [1, 2, 3, 4].map(() => createLedger(store, () => 5))
  await Promise.all(
    tabs.flatMap((ledger, tab) =>
      Array.from({ length: 5 }, (_, i) => ledger.append({ kind: 'request', detail: { tab, i } })),
    ),
  )
  expect(await verifyChain(await tabs[0].entries())).toMatchObject({
    ok: true,
    entries: 20,
    brokenAt: null,
  })
  const seen = (await tabs[0].entries()).map(({ detail }) => `${detail.tab}.${detail.i}`)
  expect(new Set(seen).size).toBe(20)
})

/** Log over a new store, with a clock that the test sets. */
function setUp() {
  const store = createStore(createMemoryDatabase())
  const clock = { now: Date.UTC(2026, 0, 1) }
  const tab = () => createLedger(store, () => clock.now)
  return { store, clock, tab, ledger: tab() }
}

const request = (url: string) => ({ kind: 'request', detail: { url } }) as const

describe('routine requests', () => {
  test('routine requests to one address on one day are one entry, counted by all tabs', async () => {
    const { clock, tab, ledger } = setUp()
    await ledger.append({ kind: 'model', detail: { version: '1' } })
    const tabs = [ledger, tab()]
    for (let hour = 0; hour < 4; hour++) {
      clock.now += 3_600_000
      await Promise.all(tabs.flatMap((one) => ['a', 'b'].map((url) => one.count(request(url)))))
      await ledger.count(request('a'), 100)
    }
    expect(await ledger.entries()).toMatchObject([
      { kind: 'model' },
      { time: clock.now, detail: { day: '2026-01-01', url: 'a', count: 8, received: 400 } },
      { detail: { day: '2026-01-01', url: 'b', count: 8, received: 0 } },
    ])
    expect(await verifyChain(await ledger.entries())).toMatchObject({
      ok: true,
      entries: 3,
      brokenAt: null,
    })
  })

  test('routine requests get a new counting entry on another day, and after an entry of another kind', async () => {
    const { clock, ledger } = setUp()
    const counts = async () =>
      (await ledger.entries()).map(({ kind, detail }) => detail.count ?? kind)
    await ledger.count(request('a'))
    await ledger.count(request('a'))
    await Promise.all([
      ledger.append({ kind: 'consent', detail: { contribute: true } }),
      ledger.count(request('a')),
    ])
    await ledger.count(request('a'))
    expect(await counts()).toEqual([2, 'consent', 2])
    clock.now += DAY
    await ledger.count(request('a'))
    expect(await counts()).toEqual([2, 'consent', 2, 1])
    expect((await verifyChain(await ledger.entries())).ok).toBe(true)
  })

  test('routine requests to two addresses make at most two entries a day, even with a request every five minutes for a month', async () => {
    const { clock, ledger } = setUp()
    for (let i = 0; i < 30 * 288; i++) {
      clock.now += 300_000
      await Promise.all([ledger.count(request('a')), ledger.count(request('b'))])
    }
    expect((await ledger.entries()).length).toBeLessThanOrEqual(62)
  })
})

describe('the oldest entries', () => {
  /** Fills a store with `entries` entries; each fiftieth entry is an upload of ten bytes. */
  async function filled(ledger: ReturnType<typeof createLedger>, entries: number) {
    const upload = { kind: 'upload', detail: {}, bytesSent: 10 } as const
    const learn = { kind: 'learn', detail: {} } as const
    for (let i = 0; i < entries / 50; i++)
      await Promise.all(
        Array.from({ length: 50 }, (_, j) => ledger.append(j === 0 ? upload : learn)),
      )
  }

  test('the oldest entries are folded repeatedly into one entry with their totals, and the chain stays valid', async () => {
    const { ledger } = setUp()
    for (const more of [LEDGER_SIZE.most + 500, LEDGER_SIZE.most]) {
      await filled(ledger, more)
      const entries = await ledger.entries()
      expect(entries.length).toBeLessThanOrEqual(LEDGER_SIZE.most)
      expect(entries[0].sequence).toBeGreaterThan(0)
      expect(await verifyChain(await ledger.entries())).toMatchObject({
        ok: true,
        entries: entries.length,
        brokenAt: null,
      })
    }
    const entries = await ledger.entries()
    const uploads = (2 * LEDGER_SIZE.most + 500) / 50
    expect(summaryOf(entries)).toMatchObject({ uploads, bytesSent: 10 * uploads })
    const { detail } = entries.findLast(({ kind }) => kind === 'fold') ?? {}
    const kept = entries.filter(({ kind }) => kind === 'upload').length
    expect(detail?.uploads).toBe(uploads - kept)
    expect(detail?.entries).toBe(entries[0].sequence)
    // Missing entries that no fold entry accounts for are still detected.
    expect((await verifyChain(entries.slice(1))).brokenAt).toBe(0)
    expect((await verifyChain(entries.filter(({ kind }) => kind !== 'fold'))).ok).toBe(false)
  })

  test('if folding fails, the oldest entries stay and no entry is lost', async () => {
    const { store } = setUp()
    let refusing = true
    const appendLedger: Store['appendLedger'] = async (rows, where, durability) => {
      if (where.dropBefore !== undefined && refusing) throw new Error('no')
      return store.appendLedger(rows, where, durability)
    }
    const ledger = createLedger({ ...store, appendLedger }, () => 1)
    await filled(ledger, LEDGER_SIZE.most + 500)
    expect(await ledger.entries()).toHaveLength(LEDGER_SIZE.most + 500)
    refusing = false
    await filled(ledger, 500)
    expect((await ledger.entries()).length).toBeLessThanOrEqual(LEDGER_SIZE.most)
    expect((await verifyChain(await ledger.entries())).ok).toBe(true)
  })
})

describe('an erasure', () => {
  test('after an erasure, the log has one entry, which continues the chain and states the totals of the removed entries', async () => {
    const { ledger, tab } = setUp()
    const upload = (reportId: string) =>
      ({ kind: 'upload', detail: { reportId, noiseMultiplier: 2 }, bytesSent: 10 }) as const
    await ledger.append({ kind: 'consent', detail: { contribute: true, epsilonPerReport: 5 } })
    // The second report is sent twice, but costs privacy only once.
    for (const id of ['a', 'b', 'b']) await ledger.append(upload(id))
    const before = await ledger.entries()
    await tab().erase()
    const [entry, ...more] = await ledger.entries()
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      sequence: 4,
      kind: 'erase',
      previous: before[3].hash,
      key: before[3].key,
      detail: {
        what: 'everything',
        contribute: false,
        through: 3,
        hash: before[3].hash,
        entries: 4,
        uploads: 3,
        reports: 2,
        bytesSent: 30,
        lossSquared: 0.5,
        lastReport: 'b',
      },
    })
    expect(entry.detail).not.toHaveProperty('epsilonPerReport')
    expect(await verifyChain(await ledger.entries())).toMatchObject({
      ok: true,
      entries: 1,
      signed: 1,
    })
    await ledger.append(upload('b'))
    // A relay carried this request, so its sealed bytes count as sent.
    const relayed = { ...upload('c').detail, relay: 'https://relay.example/', sealed: 15 }
    await ledger.append({ ...upload('c'), detail: relayed })
    await ledger.erase()
    const [again] = await ledger.entries()
    expect(again.detail).toMatchObject({ uploads: 5, reports: 3, bytesSent: 55, lossSquared: 0.75 })
    expect((await verifyChain(await ledger.entries())).ok).toBe(true)
  })

  test('an erasure is tried again if another tab wrote first, and works if the log can’t be signed', async () => {
    const { store } = setUp()
    let first = true
    const ledger = createLedger(
      {
        ...store,
        logKeys: () => Promise.reject(new Error('no')),
        erase: async (...given) => {
          if (first)
            await store.appendLedger(
              [{ sequence: 0, hash: 'x', key: 'y' } as never],
              { after: null },
              'relaxed',
            )
          first = false
          return store.erase(...given)
        },
      },
      () => 1,
    )
    await ledger.erase()
    expect(await ledger.entries()).toMatchObject([
      { kind: 'erase', detail: { what: 'everything' } },
    ])
    expect((await verifyChain(await ledger.entries())).ok).toBe(true)
  })
})

test('all tabs sign the log with one key that can’t be exported', async () => {
  const { store, tab } = setUp()
  const consent = { kind: 'consent', detail: { contribute: true } } as const
  const entries = await Promise.all([1, 2, 3].map(() => tab().append(consent)))
  expect(new Set(entries.map(({ key }) => key)).size).toBe(1)
  const keys = await store.logKeys(null)
  await expect(crypto.subtle.exportKey('pkcs8', keys?.privateKey as CryptoKey)).rejects.toThrow()
})
