/** @module Tests the device's log, and that an erasure deletes everything about the shopper except one log entry. */

import type { NearsideError } from '@nearside/core/error.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { describe, expect, test } from 'vitest'
import { commitment } from '../ledger/chain.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { TABLES, type Table } from '../storage/database.ts'
import { ids, live, newDatabase, start, testServer } from './testDevice.ts'

describe('the log', () => {
  test('the device’s log contains each request, and the hash chain of the log’s entries is valid', async () => {
    const server = await testServer()
    const { device } = await start(server, newDatabase())
    const entries = await device.entries()
    const requested = entries
      .filter(({ kind }) => kind === 'request')
      .flatMap(({ detail }) => Array.from({ length: Number(detail.count) }, () => detail.url))
    expect(requested.sort()).toEqual(server.requests.map(({ url }) => url).sort())
    expect(entries.every(({ bytesSent }) => bytesSent === 0)).toBe(true)
    expect(await device.verify()).toMatchObject({ ok: true, entries: entries.length })
    for (const { init } of server.requests) {
      expect(init).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' })
    }
  })

  test('after an erasure, the disk contains one log entry and nothing else about the shopper', async () => {
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
    expect(entries.map(({ kind }) => kind)).toEqual(['erase'])
    // Sequence numbers continue after those of the erased entries.
    expect(entries[0].sequence).toBeGreaterThan(0)
    expect(entries[0].detail).toMatchObject({ what: 'everything', hash: entries[0].previous })
    expect((await tested.device.verify()).ok).toBe(true)
    const dump = await tested.device.export()
    expect(dump).not.toContain('item-')
    expect(ids(await tested.device.recommend({ limit: 1 }))).toEqual(['item-31'])
  })

  test('the device’s log has only a commitment (hash) to a fitted model; the model in an export matches the commitment', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    await tested.device.fineTune({})
    const { personal, ledger } = JSON.parse(await tested.device.export())
    const { version, u, w, salt, ...facts } = personal.versions.at(-1)
    const { detail } = ledger.findLast(({ kind }: LedgerEntry) => kind === 'learn')
    expect(detail.commitment).toBe(await commitment(salt, facts))
    expect(Object.keys(detail).sort()).toEqual(['base', 'commitment', 'engine'])
  })

  test('forgetting an item logs the kind `item` and the number of events, not the item’s name', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    await tested.device.forget({ kind: 'item', name: 'item-0' })
    const [last] = (await tested.device.entries()).filter(({ kind }) => kind === 'erase')
    expect(last.detail.what).toBe('item')
    expect(last.detail.events).toBeGreaterThan(0)
    expect(JSON.stringify(last)).not.toContain('item-0')
  })

  test('an export ends with a signed log entry about itself, which commits to all other content', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    await tested.capture({ name: 'search', search_term: 'half \ud83d of a pair' })
    const { salt, ledger, ...held } = JSON.parse(await tested.device.export())
    const last = ledger.at(-1)
    expect(last).toMatchObject({
      kind: 'export',
      detail: { commitment: await commitment(salt, held) },
    })
    expect(last.signature).toMatch(/^[\w+/]{86}==$/)
    expect(JSON.stringify(held)).toContain('half \ufffd of a pair')
    expect(await tested.device.verify()).toMatchObject({ ok: true, signed: 1 })
  })

  test('an export contains every row that the database has about the shopper', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    await tested.capture({ name: 'search', search_term: 'lantern' })
    await tested.device.fineTune({})
    await tested.device.pause(true)
    const { events, personal, settings, ledger } = JSON.parse(await tested.device.export())
    const tables = await readTables(tested.database)
    expect([...tables.keys()].sort()).toEqual([...TABLES].sort())
    const rows = (name: Table) => (tables.get(name) ?? []).map(([, row]) => row)
    const byId = (list: readonly { id: string }[]) =>
      [...list].sort((a, b) => (a.id < b.id ? -1 : 1))
    const held = rows('events') as { id: string; order: number }[]
    expect(held.length).toBeGreaterThan(10)
    expect(byId(events)).toEqual(byId(held.map(({ order, ...event }) => event)))
    expect(personal.versions).toEqual(rows('personal'))
    expect(settings).toEqual(Object.fromEntries(tables.get('settings') ?? []))
    expect(Object.keys(settings)).toContain('paused')
    expect(ledger).toEqual(rows('ledger'))
    // The export leaves out counters, the signing key, and files that are the same for everybody.
    const heads = Object.fromEntries(tables.get('heads') ?? [])
    expect(Object.keys(heads).sort()).toEqual(['events', 'log', 'personal'])
    expect(JSON.stringify(heads)).not.toMatch(/item-|lantern/)
    const keys = (tables.get('downloads') ?? []).map(([key]) => key)
    expect(keys).toEqual(['model'])
  })

  test('a personal model whose fit runs during an erasure is not stored', async () => {
    let reached = () => {}
    let go = () => {}
    const atEngine = new Promise<void>((resolve) => {
      reached = resolve
    })
    const js = createJsEngine()
    const engine: Engine = {
      ...js,
      // The engine ignores the abort, so only the store can refuse the result.
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

/** All keys and rows of each table, read with the browser's own API and converted as an export converts them. */
async function readTables(name: string): Promise<ReadonlyMap<string, [IDBValidKey, unknown][]>> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const database = await done(indexedDB.open(name))
  const tables = new Map<string, [IDBValidKey, unknown][]>()
  for (const table of database.objectStoreNames) {
    const store = database.transaction(table).objectStore(table)
    const [keys, rows] = await Promise.all([done(store.getAllKeys()), done(store.getAll())])
    const json = (_: string, one: unknown) => (one instanceof Float32Array ? Array.from(one) : one)
    tables.set(
      table,
      keys.map((key, at) => [key, JSON.parse(JSON.stringify(rows[at], json) ?? 'null')]),
    )
  }
  database.close()
  return tables
}
