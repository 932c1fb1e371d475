import { expect, test } from 'vitest'
import { createMemoryDatabase } from '../storage/memory.ts'
import { createStore } from '../storage/store.ts'
import { createLedger } from './ledger.ts'

test('writers that race, as several tabs do, make one unbroken chain', async () => {
  const store = createStore(createMemoryDatabase())
  const tabs = [1, 2, 3, 4].map(() =>
    createLedger(
      () => store,
      () => 5,
    ),
  )
  await Promise.all(
    tabs.flatMap((ledger, tab) =>
      Array.from({ length: 5 }, (_, i) => ledger.append({ kind: 'request', detail: { tab, i } })),
    ),
  )
  expect(await tabs[0].verify()).toEqual({ ok: true, entries: 20, brokenAt: null })
  const seen = (await tabs[0].entries()).map(({ detail }) => `${detail.tab}.${detail.i}`)
  expect(new Set(seen).size).toBe(20)
})
