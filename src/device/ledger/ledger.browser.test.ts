import { expect, test } from 'vitest'
import type { Durability } from '../storage/database.ts'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { createMemoryDatabase } from '../storage/memory.ts'
import { createStore } from '../storage/store.ts'
import { createLedger } from './ledger.ts'

test('two tabs over one IndexedDB make one unbroken log', async () => {
  const name = `ledger-test-${Date.now()}`
  const tabs = await Promise.all(
    [1, 2].map(async () => {
      const store = createStore(await openIndexedDb(name, indexedDB))
      return createLedger(
        () => store,
        () => 1,
      )
    }),
  )
  await Promise.all(
    tabs.flatMap((ledger, tab) =>
      Array.from({ length: 10 }, (_, i) => ledger.append({ kind: 'request', detail: { tab, i } })),
    ),
  )
  expect(await tabs[1].verify()).toEqual({ ok: true, entries: 20, brokenAt: null })
})

test('entries that wait share a write, each with the strictest durability among them', async () => {
  const store = createStore(createMemoryDatabase())
  const writes: (readonly [rows: number, durability: Durability])[] = []
  const ledger = createLedger(
    () => ({
      ...store,
      appendLedger: (rows, durability) => {
        writes.push([rows.length, durability])
        return store.appendLedger(rows, durability)
      },
    }),
    () => 1,
  )
  const append = (i: number, durability?: Durability) =>
    ledger.append({ kind: 'request', detail: { i } }, durability)
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
  expect(await ledger.verify()).toEqual({ ok: true, entries: 4, brokenAt: null })
})

test('a store that fails refuses what waits, and the next entry goes on from the last', async () => {
  const store = createStore(createMemoryDatabase())
  let failing = true
  const ledger = createLedger(
    () => ({
      ...store,
      appendLedger: (rows, durability) => {
        if (failing) throw new Error('full')
        return store.appendLedger(rows, durability)
      },
    }),
    () => 1,
  )
  const append = (i: number) => ledger.append({ kind: 'request', detail: { i } })
  const refused = await Promise.allSettled([append(0), append(1)])
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  failing = false
  expect((await append(2)).sequence).toBe(0)
})
