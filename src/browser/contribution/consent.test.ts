/** @module Tests that log and settings agree after a consent that can't be stored. */
import { expect, test } from 'vitest'
import { createLedger } from '../ledger/ledger.ts'
import { createMemoryDatabase } from '../storage/database.ts'
import { createStore } from '../storage/store.ts'
import { giveConsent, requireLoggedConsent } from './consent.ts'
import type { ContributionTerms } from './terms.ts'

const TERMS: ContributionTerms = {
  ...{ leaderOperator: 'Shop', leaderKey: 'A', helperOperator: 'Other', helperKey: 'B' },
  ...{ leader: 'https://leader.test/', helper: 'https://helper.test/', task: 'test' },
  ...{ trust: 'two-aggregators', smallestCrowd: 1000, workBits: 0, noiseMultiplier: 9 },
  ...{ delta: 1e-6, maxParticipations: 4, periodDays: 365, epsilonPerReport: 1, epsilonPerYear: 2 },
}

function opened() {
  const store = createStore(createMemoryDatabase())
  const ledger = createLedger(store, () => 9)
  let refuses = false
  const records: typeof store.changeSettings = (change, durability) =>
    store.changeSettings((settings, epoch) => {
      const changes = change(settings, epoch)
      if (refuses && 'consent' in changes) throw new DOMException('full', 'QuotaExceededError')
      return changes
    }, durability)
  const give = async (terms: ContributionTerms, wording?: string) => {
    const deps = { globalPrivacyControl: false, ledger, now: () => 9, records }
    await giveConsent(deps, terms, wording, await store.setting('consent'))
  }
  const refuse = () => {
    refuses = true
  }
  return { store, ledger, give, refuse }
}

test('if the disk refuses a first consent, the log contains no consent in force', async () => {
  const { ledger, give, refuse, store } = opened()
  refuse()
  await expect(give(TERMS)).rejects.toThrow()
  expect(await store.setting('consent')).toBeUndefined()
  await expect(requireLoggedConsent(ledger, TERMS)).rejects.toMatchObject({
    code: 'consent-missing',
  })
})

test('if the disk refuses a second consent, the first consent stays in force in the log', async () => {
  const { ledger, give, refuse, store } = opened()
  await give(TERMS, 'Shall it?')
  refuse()
  const others = { ...TERMS, periodDays: 30 }
  await expect(give(others, 'Shall it now?')).rejects.toThrow()
  expect((await store.setting('consent'))?.terms).toEqual(TERMS)
  await requireLoggedConsent(ledger, TERMS)
  await expect(requireLoggedConsent(ledger, others)).rejects.toMatchObject({
    code: 'consent-missing',
  })
  const [first, , last] = (await ledger.entries()).filter(({ kind }) => kind === 'consent')
  expect(last.detail).toEqual(first.detail)
})
