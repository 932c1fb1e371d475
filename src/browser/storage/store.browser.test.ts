/**
 * @module Tests the contract of the store, which is the same for IndexedDB and memory, and further behaviour of
 * IndexedDB.
 */

import type { EventDraft } from '@nearside/core/events/capture.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBudget } from '../contribution/budget.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { createMemoryDatabase, type Database } from './database.ts'
import { openIndexedDb } from './indexedDb.ts'
import { openStore } from './open.ts'
import { createStore, type PersonalRecord } from './store.ts'
import {
  blockedFactory,
  deleted,
  failingFactory,
  newName,
  openVersion,
  refusingFactory,
} from './testDatabases.ts'

const HOUR = 3_600_000

const draft = (id: string, time: number, items = ['a']): EventDraft => ({
  id,
  name: 'view_item',
  time,
  items,
})

const personal = (time: number, value = 1): Omit<PersonalRecord, 'version'> => ({
  base: 'base',
  time,
  u: new Float32Array(4).fill(value),
  w: new Float32Array(2),
  fusionWeight: 0.5,
  guard: {},
  until: time,
  report: null,
  salt: '',
  checksum: '',
})

const headOf = (database: Database) =>
  database.transact(['heads'], 'readonly', (table) => table('heads').get('events'))

const row = (sequence: number, hash = String(sequence)) => ({ sequence, hash }) as LedgerEntry

describe.each([
  ['indexeddb', () => openIndexedDb(newName(), indexedDB)],
  ['memory', async () => createMemoryDatabase()],
] as const)('the store in %s', (kind, open) => {
  const fresh = async () => createStore(await open())

  test('the store stores events in order, assigns sessions and counts the events', async () => {
    const database = await open()
    const store = createStore(database)
    expect(store.kind).toBe(kind)
    await store.append([draft('a', 0), draft('b', HOUR / 4), draft('c', 2 * HOUR)])
    const { events, invalid } = await store.events()
    expect(events.map(({ id, session }) => [id, session])).toEqual([
      ['a', 'a'],
      ['b', 'a'],
      ['c', 'c'],
    ])
    expect(await headOf(database)).toMatchObject({ count: 3, lastTime: 2 * HOUR })
    expect(invalid).toBe(0)
  })

  test('a late event stays in its visit, also after sessions are computed again', async () => {
    const store = await fresh()
    const late = draft('late', 0.1 * HOUR)
    await store.append([draft('a', 0), draft('b', HOUR / 2), late, draft('c', 0.9 * HOUR)])
    await store.append([draft('d', 2 * HOUR)])
    const sessions = async () =>
      (await store.events()).events.map(({ id, session }) => `${id} ${session}`)
    expect(await sessions()).toEqual(['a a', 'late a', 'b a', 'c a', 'd d'])
    await store.forget(['d'])
    expect(await sessions()).toEqual(['a a', 'late a', 'b a', 'c a'])
  })

  test('events with equal times stay in order of arrival, whatever their ids', async () => {
    const store = await fresh()
    await store.append([draft('z', 5), draft('m', 5)])
    await store.append([draft('a', 5)])
    expect((await store.events()).events.map(({ id }) => id)).toEqual(['z', 'm', 'a'])
  })

  test('storing an event twice changes nothing and returns the same result', async () => {
    const store = await fresh()
    const once = await store.append([draft('a', 0)])
    const twice = await store.append([draft('a', 99 * HOUR)])
    expect(twice).toEqual(once)
    expect((await store.events()).events).toHaveLength(1)
  })

  test('concurrent writes lose no event, and the store counts all events', async () => {
    const database = await open()
    const store = createStore(database)
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.append([draft(`e${i}`, i)])))
    expect((await store.events()).events).toHaveLength(50)
    expect(await headOf(database)).toMatchObject({ count: 50, order: 50 })
  })

  test('the store can remove events by their ids, or the oldest events', async () => {
    const database = await open()
    const store = createStore(database)
    await store.append(Array.from({ length: 10 }, (_, i) => draft(`e${i}`, i)))
    await store.forget(['e5', 'unknown'])
    await store.putSetting('openings', [])
    expect(await store.dropOldest(0.2)).toBe(2)
    expect(await store.setting('openings')).toBe(undefined)
    const { events } = await store.events()
    expect(events.map(({ id }) => id)).toEqual(['e2', 'e3', 'e4', 'e6', 'e7', 'e8', 'e9'])
    expect(await headOf(database)).toMatchObject({ count: 7, order: 10 })
  })

  test('after `forget`, sessions are the same as if the forgotten events had never been stored', async () => {
    const event = fc.record({ minute: fc.nat(240), isGone: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), async (captured) => {
        const drafts = captured.map(({ minute }, i) => draft(`e${i}`, 60_000 * minute))
        const gone = drafts.filter((_, i) => captured[i].isGone).map(({ id }) => id)
        const [forgot, never] = [await fresh(), await fresh()]
        for (const one of drafts) await forgot.append([one])
        await forgot.forget(gone)
        for (const one of drafts) if (!gone.includes(one.id)) await never.append([one])
        const later = draft('later', 60_000 * (captured[captured.length - 1].minute + 1))
        for (const store of [forgot, never]) await store.append([later])
        expect((await forgot.events()).events).toEqual((await never.events()).events)
      }),
      { numRuns: 40 },
    )
  })

  test('after an event was restored, the store is as if the event had never been forgotten', async () => {
    const event = fc.record({ minute: fc.nat(240), isGone: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), async (captured) => {
        const drafts = captured.map(({ minute }, i) => draft(`e${i}`, 60_000 * minute))
        const gone = drafts.filter((_, i) => captured[i].isGone).map(({ id }) => id)
        const later = draft('later', 60_000 * (captured[captured.length - 1].minute + 1))
        const [undone, never] = [await fresh(), await fresh()]
        for (const store of [undone, never]) for (const one of drafts) await store.append([one])
        const forgotten = await undone.forget(gone)
        for (const store of [undone, never]) await store.append([later])
        expect(await undone.restore(forgotten)).toBe(true)
        expect(await undone.restore(forgotten)).toBe(false)
        expect(await undone.events()).toEqual(await never.events())
        const next = draft('next', later.time + 29 * 60_000)
        for (const store of [undone, never]) await store.append([next])
        expect((await undone.events()).events).toEqual((await never.events()).events)
      }),
      { numRuns: 40 },
    )
  })

  test('the store keeps the three newest personal models until an event is forgotten', async () => {
    const store = await fresh()
    const epoch = await store.epoch()
    for (let i = 1; i <= 5; i++) expect(await store.putPersonal(personal(i), epoch)).toBe(i)
    const { current, versions } = await store.personal()
    expect(current).toBe(5)
    expect((versions as PersonalRecord[]).map(({ version }) => version)).toEqual([3, 4, 5])
    await store.forget([])
    expect(await store.personal()).toEqual({ current: null, versions: [] })
    expect(await store.putPersonal(personal(6), epoch)).toBe(null)
  })

  test('the store returns typed arrays unchanged', async () => {
    const store = await fresh()
    await store.putPersonal(personal(1, 0.25), 0)
    const [version] = (await store.personal()).versions as PersonalRecord[]
    expect(version.u).toEqual(new Float32Array(4).fill(0.25))
    const files = { 'a.bin': Uint8Array.of(1, 2, 255) }
    const download = { key: 'model' as const, version: 'v', url: 'u', time: 1, files }
    await store.putDownload(download)
    expect(await store.download('model')).toEqual(download)
    expect(await store.download('catalog')).toBe(null)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'no table accepts the number %s',
    async (bad) => {
      const store = await fresh()
      const refused = { code: 'input-invalid' }
      await expect(store.append([draft('a', bad)])).rejects.toMatchObject(refused)
      await expect(store.putPersonal(personal(1, bad), 0)).rejects.toMatchObject(refused)
      await expect(
        store.putPersonal({ ...personal(1), fusionWeight: bad }, 0),
      ).rejects.toMatchObject(refused)
      const sent = { reports: 1, bytes: 2, epsilon: bad }
      await expect(store.putSetting('sent', sent)).rejects.toMatchObject(refused)
      await expect(store.putSetting('budget', { deep: [{ er: bad }] })).rejects.toMatchObject(
        refused,
      )
      expect((await store.events()).events).toEqual([])
      expect(await store.personal()).toEqual({ current: null, versions: [] })
    },
  )

  test('a batch is stored whole or not at all', async () => {
    const store = await fresh()
    await expect(store.append([draft('a', 1), draft('b', Number.NaN)])).rejects.toThrow()
    expect((await store.events()).events).toEqual([])
  })

  test('events that arrive during a write share the next transaction, except invalid events', async () => {
    const database = await open()
    let writes = 0
    const store = createStore({
      ...database,
      transact(tables, access, body) {
        if (access === 'relaxed') writes++
        return database.transact(tables, access, body)
      },
    })
    const first = store.append([draft('a', 0)])
    await Promise.resolve()
    const later = ['b', 'c', 'b'].map((id, i) => store.append([draft(id, i === 2 ? 9 * HOUR : i)]))
    await expect(store.append([draft('d', Number.NaN)])).rejects.toThrow()
    const [[b], , [again]] = await Promise.all(later)
    expect((await first)[0].id).toBe('a')
    expect(again).toEqual(b)
    expect(writes).toBe(2)
    expect((await store.events()).events.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  test('the device’s log accepts only rows that follow its last row, or replace that row', async () => {
    const store = await fresh()
    const none = { after: null }
    expect(await store.ledgerTail(() => true)).toEqual([])
    expect(await store.appendLedger([row(0)], { after: 'x' }, 'strict')).toBe(false)
    expect(await store.appendLedger([row(0, 'first')], none, 'strict')).toBe(true)
    expect(await store.appendLedger([row(0, 'other')], none, 'relaxed')).toBe(false)
    expect(await store.appendLedger([row(1), row(2)], { after: 'first' }, 'relaxed')).toBe(true)
    expect(await store.appendLedger([row(2, 'anew'), row(3)], { after: '2' }, 'relaxed')).toBe(true)
    expect(await store.ledger()).toEqual([row(0, 'first'), row(1), row(2, 'anew'), row(3)])
    const open = ({ sequence }: LedgerEntry) => sequence > 1
    expect(await store.ledgerTail(open)).toEqual([row(1), row(2, 'anew'), row(3)])
    expect(await store.appendLedger([row(4)], { after: '3', dropBefore: 3 }, 'relaxed')).toBe(true)
    expect(await store.ledger()).toEqual([row(3), row(4)])
  })

  test('an erasure keeps only the pause, the budget and one log entry', async () => {
    const store = await fresh()
    await store.append([draft('a', 1)])
    const epoch = await store.epoch()
    await store.putPersonal(personal(1), epoch)
    await store.appendLedger([row(0, 'old')], { after: null }, 'relaxed')
    await store.putSetting('consent', { contribute: true, since: 1 })
    await store.putSetting('paused', true)
    await store.putSetting('budget', { spent: 3 })
    const keys = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    await store.logKeys(keys as CryptoKeyPair)
    expect(await store.erase(row(1, 'erased'), 'another tab was first')).toBe(false)
    expect((await store.events()).events).toHaveLength(1)
    expect(await store.erase(row(1, 'erased'), 'old')).toBe(true)
    expect((await store.logKeys(null))?.privateKey.extractable).toBe(false)
    expect((await store.events()).events).toEqual([])
    expect(await store.personal()).toEqual({ current: null, versions: [] })
    expect(await store.ledger()).toEqual([row(1, 'erased')])
    expect(await store.setting('consent')).toBe(undefined)
    expect(await store.setting('paused')).toBe(true)
    expect(await store.setting('budget')).toEqual({ spent: 3 })
    // A fit that began before the erasure must not bring erased data back.
    expect(await store.putPersonal(personal(2), epoch)).toBe(null)
    expect(await store.putPersonal(personal(2), await store.epoch())).toBe(1)
  })
})

describe('IndexedDB', () => {
  test('an open tab does not block the deletion of a database; the tab’s next call creates the database again', async () => {
    const name = newName()
    const store = createStore(await openIndexedDb(name, indexedDB))
    await store.append([draft('a', 1)])
    await deleted(name)
    // The next call opens the database again, which is now empty.
    expect((await store.events()).events).toEqual([])
    await store.append([draft('b', 1)])
    expect((await store.events()).events).toHaveLength(1)
  })

  test('a connection that the browser closed is reopened, and the write is made once', async () => {
    const name = newName()
    const connections: IDBDatabase[] = []
    const factory = {
      open(...args: Parameters<IDBFactory['open']>) {
        const request = indexedDB.open(...args)
        request.addEventListener('success', () => connections.push(request.result))
        return request
      },
    } as IDBFactory
    const store = createStore(await openIndexedDb(name, factory))
    await store.append([draft('a', 1)])
    // Closes the connection without an event, as WebKit does in the background.
    connections[0].close()
    await store.append([draft('b', 2)])
    expect((await store.events()).events.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(connections).toHaveLength(2)
  })

  test('two tabs see each other’s writes, and none is lost', async () => {
    const name = newName()
    const stores = await Promise.all(
      [1, 2].map(async () => createStore(await openIndexedDb(name, indexedDB))),
    )
    await Promise.all(
      stores.flatMap((store, tab) =>
        Array.from({ length: 20 }, (_, i) => store.append([draft(`${tab}-${i}`, i)])),
      ),
    )
    expect((await stores[0].events()).events).toHaveLength(40)
  })

  test('a write succeeds in the end even if reopening fails several times', async () => {
    const name = newName()
    let failures = 0
    const factory = failingFactory(() => (failures-- > 0 ? 'AbortError' : null))
    const database = await openIndexedDb(name, factory)
    const store = createStore(database)
    await store.append([draft('a', 1)])
    // Deletes the database as a browser does when it clears a site's data under an open page.
    await deleted(name)
    failures = 3
    await store.append([draft('b', 2)])
    store.close()
    const again = createStore(await openIndexedDb(name, indexedDB))
    expect((await again.events()).events.map(({ id }) => id)).toEqual(['b'])
    again.close()
  })

  test('a temporary UnknownError of the database loses no data', async () => {
    const name = newName()
    const first = createStore(await openIndexedDb(name, indexedDB))
    await first.append([draft('a', 1)])
    await first.putSetting('paused', true)
    first.close()
    let failures = 3
    const factory = failingFactory(() => (failures-- > 0 ? 'UnknownError' : null))
    const { store, refused } = await openStore(name, () => factory)
    expect(refused).toBe(null)
    expect((await store.events()).events.map(({ id }) => id)).toEqual(['a'])
    expect(await store.setting('paused')).toBe(true)
    store.close()
  })

  test('a database of a newer version is left alone; the store is then in memory, learning is paused, and a notice says so', async () => {
    const name = newName()
    const newer = await openVersion(name, 99)
    newer.close()
    const { store, refused } = await openStore(name, () => indexedDB)
    expect(store.kind).toBe('memory')
    expect(refused?.code).toBe('storage-corrupt')
    expect(refused?.message).toMatch(/memory.*paused/s)
    expect(await store.setting('paused')).toBe(true)
    const budget = await store.setting('budget')
    expect(() => parseBudget(budget)).toThrow(/unreadable/)
  })
})

describe('a database that the browser can’t read', () => {
  /** `indexedDB` of a browser that doesn't list its databases. */
  const unlisted = (factory: IDBFactory) =>
    ({
      open: (...args: Parameters<IDBFactory['open']>) => factory.open(...args),
      deleteDatabase: (name: string) => factory.deleteDatabase(name),
    }) as IDBFactory
  const names = async (name: string) =>
    (await indexedDB.databases())
      .map((known) => known.name)
      .filter((known) => known?.startsWith(name))

  async function damaged() {
    const name = newName()
    const before = createStore(await openIndexedDb(name, indexedDB))
    await before.append([draft('old', 1)])
    await before.putSetting('paused', false)
    before.close()
    const factory = failingFactory((opened) => (opened === name ? 'UnknownError' : null))
    return { name, factory }
  }

  test('an unreadable database is set aside unharmed and reported; a pause and a spent budget are assumed', async () => {
    const { name, factory } = await damaged()
    const { store, refused } = await openStore(name, () => factory)
    expect(store.kind).toBe('indexeddb')
    expect(refused?.code).toBe('storage-corrupt')
    expect(refused?.message).toMatch(/set aside.*paused/s)
    expect((await store.events()).events).toEqual([])
    expect(await store.setting('paused')).toBe(true)
    const budget = await store.setting('budget')
    expect(() => parseBudget(budget)).toThrow(/unreadable/)
    expect(await store.setting('consent')).toBe(undefined)
    store.close()
    const old = createStore(await openIndexedDb(name, unlisted(indexedDB)))
    expect((await old.events()).events.map(({ id }) => id)).toEqual(['old'])
    old.close()
  })

  test('a database of an older version is set aside, and nothing in it is lost', async () => {
    const name = newName()
    const old = await openVersion(name, 1)
    const writing = old.transaction('settings', 'readwrite')
    writing.objectStore('settings').put(false, 'paused')
    await new Promise((resolve) => writing.addEventListener('complete', resolve))
    old.close()
    for (const isFirst of [true, false]) {
      const { store, refused } = await openStore(name, () => indexedDB)
      expect(store.kind).toBe('indexeddb')
      expect(refused?.code).toBe('storage-corrupt')
      expect(await store.setting('paused')).toBe(true)
      const budget = await store.setting('budget')
      expect(() => parseBudget(budget)).toThrow(/unreadable/)
      expect(await store.setting('consent')).toBe(undefined)
      if (isFirst) await store.append([draft('new', 2)])
      expect((await store.events()).events.map(({ id }) => id)).toEqual(['new'])
      store.close()
    }
    const kept = await openVersion(name, 1)
    const paused = kept.transaction('settings').objectStore('settings').get('paused')
    await new Promise((resolve) => paused.addEventListener('success', resolve))
    expect(paused.result).toBe(false)
    kept.close()
  })

  test('an unreadable database that was set aside is not used by later starts, even if it can be read again', async () => {
    const { name, factory } = await damaged()
    const first = await openStore(name, () => factory)
    await first.store.append([draft('new', 2)])
    await first.store.putSetting('paused', false)
    first.store.close()
    for (const later of [factory, indexedDB]) {
      const { store, refused } = await openStore(name, () => later)
      expect((await store.events()).events.map(({ id }) => id)).toEqual(['new'])
      expect(await store.setting('paused')).toBe(false)
      // The damaged database is still there, and is still reported.
      expect(refused?.code).toBe('storage-corrupt')
      store.close()
    }
  })

  test('an unreadable database that was set aside is deleted by an erasure, which keeps the pause and the spent budget', async () => {
    const { name, factory } = await damaged()
    const { store } = await openStore(name, () => factory)
    await store.erase(row(0), null)
    await store.dropAside()
    expect(await names(name)).toEqual([`${name}~2`])
    expect(await store.setting('paused')).toBe(true)
    expect(await store.setting('budget')).not.toBe(undefined)
    store.close()
    expect((await openStore(name, () => factory)).refused).toBe(null)
  })

  test('if the browser can’t delete an unreadable database that was set aside, `dropAside` rejects', async () => {
    const { name, factory } = await damaged()
    const stubborn = failingFactory(
      (opened) => (opened === name ? 'UnknownError' : null),
      () => 'UnknownError',
    )
    const { store } = await openStore(name, () => stubborn)
    await expect(store.dropAside()).rejects.toMatchObject({ code: 'storage-corrupt' })
    store.close()
    const { store: next } = await openStore(name, () => factory)
    await next.dropAside()
    next.close()
  })

  test('an unreadable database is neither set aside nor deleted if the browser can’t list databases', async () => {
    const { name, factory } = await damaged()
    const { store, refused } = await openStore(name, () => unlisted(factory))
    expect(store.kind).toBe('memory')
    expect(refused?.code).toBe('storage-corrupt')
    expect(await store.setting('paused')).toBe(true)
    expect(await names(name)).toEqual([name])
  })
})

describe('a browser that refuses storage', () => {
  test.each([
    ['SecurityError', 'storage-unavailable'],
    ['InvalidStateError', 'storage-unavailable'],
    ['UnknownError', 'storage-corrupt'],
  ])('%s: the store is in memory, and the refusal is reported', async (name, code) => {
    const { store, refused } = await openStore(newName(), () => refusingFactory(name))
    expect(refused?.code).toBe(code)
    expect(refused?.message).toContain('memory')
    await store.append([draft('a', 1)])
    expect((await store.events()).events).toHaveLength(1)
  })

  test('blocked site data do not pause learning, because nothing is damaged', async () => {
    const { store, refused } = await openStore(newName(), blockedFactory)
    expect(store.kind).toBe('memory')
    expect(refused?.code).toBe('storage-unavailable')
    expect(await store.setting('paused')).toBe(undefined)
    expect(await store.setting('budget')).toBe(undefined)
  })

  test('a missing indexedDB, or an indexedDB that throws, gives a store in memory', async () => {
    const throwing = () => {
      throw new DOMException('sandboxed', 'SecurityError')
    }
    for (const factory of [throwing, () => undefined]) {
      const { store, refused } = await openStore(newName(), factory)
      expect(store.kind).toBe('memory')
      expect(refused?.code).toBe('storage-unavailable')
    }
  })
})
