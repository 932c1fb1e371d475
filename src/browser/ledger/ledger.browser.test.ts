import { expect, test } from 'vitest'
import { createMemoryDatabase, type Durability } from '../storage/database.ts'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { createStore } from '../storage/store.ts'
import { createLedger } from './ledger.ts'
import { verifyChain } from './verifyChain.ts'

test('two tabs over one IndexedDB make one unbroken log', async () => {
  const name = `ledger-test-${Date.now()}`
  const tabs = await Promise.all(
    [1, 2].map(async () => {
      const store = createStore(await openIndexedDb(name, indexedDB))
      return createLedger(store, () => 1)
    }),
  )
  await Promise.all(
    tabs.flatMap((ledger, tab) =>
      Array.from({ length: 10 }, (_, i) => ledger.append({ kind: 'request', detail: { tab, i } })),
    ),
  )
  expect(await verifyChain(await tabs[1].entries())).toMatchObject({
    ok: true,
    entries: 20,
    brokenAt: null,
  })
})

test('log entries that wait for a write are written together, with the strictest durability that one of them needs', async () => {
  const store = createStore(createMemoryDatabase())
  const writes: (readonly [rows: number, keep: Durability])[] = []
  const ledger = createLedger(
    {
      ...store,
      appendLedger: (rows, where, keep) => {
        writes.push([rows.length, keep])
        return store.appendLedger(rows, where, keep)
      },
    },
    () => 1,
  )
  const append = (i: number, keep?: Durability) =>
    ledger.append({ kind: 'request', detail: { i } }, keep)
  const entries = await Promise.all([append(0), append(1, 'strict'), append(2)])
  await append(3)
  expect(writes).toEqual([
    [3, 'strict'],
    [1, 'relaxed'],
  ])
  expect(entries.map(({ sequence, detail }) => [sequence, detail.i])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ])
  expect(await verifyChain(await ledger.entries())).toMatchObject({
    ok: true,
    entries: 4,
    brokenAt: null,
  })
})

test('a failing store rejects the log entries that wait for the write, and the next entry continues the chain', async () => {
  const store = createStore(createMemoryDatabase())
  let failing = true
  const ledger = createLedger(
    {
      ...store,
      appendLedger: (rows, where, keep) => {
        if (failing) throw new Error('full')
        return store.appendLedger(rows, where, keep)
      },
    },
    () => 1,
  )
  const append = (i: number) => ledger.append({ kind: 'request', detail: { i } })
  const refused = await Promise.allSettled([append(0), append(1)])
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  failing = false
  expect((await append(2)).sequence).toBe(0)
})

test('the in-memory store rejects a log entry that must be on disk, and stores the other entries', async () => {
  const store = createStore(createMemoryDatabase())
  const ledger = createLedger(
    {
      ...store,
      appendLedger: (rows, where, keep) => {
        if (keep === 'disk') throw new Error('memory only')
        return store.appendLedger(rows, where, keep)
      },
    },
    () => 1,
  )
  const settled = await Promise.allSettled([
    ledger.count({ kind: 'request', detail: {} }),
    ledger.append({ kind: 'upload', detail: {} }, 'disk'),
    ledger.append({ kind: 'guard', detail: {} }),
  ])
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((await ledger.entries()).map(({ kind }) => kind)).toEqual(['request', 'guard'])
})
