import { expect, test } from 'vitest'
import { openIndexedDb } from '../storage/indexedDb.ts'
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
