/** @module Settings: consent, privacy budget and other single values by name. */
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'
import type { PendingReport } from '../contribution/contribute.ts'
import type { Opening } from '../contribution/makeReport.ts'
import type { KeptToken } from '../contribution/obtainToken.ts'
import type { ContributionTerms } from '../contribution/terms.ts'
import type { StoredProfiles } from '../profiles.ts'
import {
  type Database,
  type Durability,
  epochOf,
  requireFinite,
  type Transaction,
} from './database.ts'

export interface Settings {
  /** Shopper's yes to storage in this browser, if the shop asks for it; absent without a yes. */
  readonly persist: true
  readonly paused: boolean
  /** People whom the shopper shops for; absent without any. */
  readonly profiles: StoredProfiles
  /** Consent to contribute. `terms`: terms agreed to; `wording`: text shown. */
  readonly consent: {
    readonly contribute: boolean
    readonly since: number | null
    readonly terms?: ContributionTerms
    readonly wording?: string
  }
  /** The shopper's yes to calls of their AI agents; absent without a yes. */
  readonly agents: true
  /** Spent privacy budget, as `contribution/budget.ts` stores and reads it. */
  readonly budget: unknown
  /** Value of the budget's `elapsed` (milliseconds on the device's clock) at which an automatic update is due. */
  readonly due: number
  /** Report that may have been sent already; the device sends it again until the aggregation server answers. */
  readonly pending: PendingReport
  /** Token for one report in one round, requested from the issuer or already received. */
  readonly token: KeptToken
  /** Unencrypted updates of the last reports. The log contains only commitments (hashes) to these updates. */
  readonly openings: readonly Opening[]
  /** Secret from which the device computes report ids, each a commitment to the log: 32 random bytes, base64. */
  readonly checkpoints: string
  readonly terms: ContributionTerms
  readonly sent: PersonalizerSnapshot['sent']
  /** Addresses to which the shop ever allowed requests; an address that ends in `/` covers everything below it. */
  readonly declared: readonly string[]
  /** Time of the last check for a newer catalog and base model, milliseconds since the epoch. */
  readonly looked: number
  /** Time of the last check of the live file (new prices and stock), milliseconds since the epoch. */
  readonly lookedLive: number
  /**
   * Rows of the shopper's products in a catalog's tail (products loaded when needed; `worker/tail.ts`); not in
   * `settings()`.
   */
  readonly tail: unknown
}

const SETTINGS: readonly (keyof Settings)[] = [
  'persist',
  'paused',
  'profiles',
  'consent',
  'agents',
  'budget',
  'due',
  'pending',
  'token',
  'openings',
  'checkpoints',
  'terms',
  'sent',
  'declared',
  'looked',
  'lookedLive',
]

/** Settings derived from the events; `forget` of any event deletes these settings. */
export const MADE_FROM_EVENTS: readonly (keyof Settings)[] = ['pending', 'openings', 'due', 'tail']

export async function readSettings(table: Transaction): Promise<Partial<Settings>> {
  const settings: Record<string, unknown> = {}
  for (const name of SETTINGS) {
    const value = await table('settings').get(name)
    if (value !== undefined) settings[name] = value
  }
  return settings
}

export const settingRows = (database: Database) => ({
  setting: async <K extends keyof Settings>(name: K) =>
    (await database.transact(['settings'], 'readonly', (table) => table('settings').get(name))) as
      | Settings[K]
      | undefined,

  /** Writes a setting. When this resolves, the setting is on disk, unless `durability` is `relaxed`. */
  putSetting: <K extends keyof Settings>(
    name: K,
    value: Settings[K],
    durability: Durability = 'strict',
  ): Promise<void> =>
    database.transact(['settings'], durability, async (table) => {
      requireFinite(value, name)
      await table('settings').put(value, name)
    }),

  settings: () => database.transact(['settings'], 'readonly', readSettings),

  /**
   * Reads all settings and writes the result of `change` in one transaction. A value of undefined removes a setting.
   * The write is on disk when the function resolves; a store in memory refuses it unless `durability` allows memory.
   * Rejects with any error that `change` throws. `change` gets the store's `epoch`, and can run twice.
   */
  changeSettings: (
    change: (settings: Partial<Settings>, epoch: number) => Partial<Settings>,
    durability: Durability = 'disk',
  ): Promise<void> =>
    database.transact(['settings', 'heads'], durability, async (table) => {
      const epoch = await epochOf(table)
      const changes = change(await readSettings(table), epoch)
      requireFinite(changes, 'settings')
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) await table('settings').delete(name)
        else await table('settings').put(value, name)
      }
    }),
})

type SettingStore = ReturnType<typeof settingRows>

/**
 * Values that replace unreadable settings, to protect the shopper: learning is paused, and the privacy budget counts as
 * spent, because `parseBudget` refuses the text `unreadable`. An unreadable consent counts as none, so nothing is sent.
 */
const ASSUMED: Partial<Settings> = { paused: true, budget: 'unreadable' }

/** Assumes values for missing settings. @returns a sentence for the shopper, if a pause had to be assumed */
export async function assumeMissing(store: SettingStore): Promise<string> {
  const known = await store.setting('paused')
  for (const name of ['budget', 'paused'] as const)
    if ((await store.setting(name)) === undefined) await store.putSetting(name, ASSUMED[name])
  return known === undefined
    ? ' Whether learning was paused can’t be read either: it is paused until you resume it.'
    : ''
}

/** Copies settings one by one, so that an unreadable setting doesn't affect the others. */
export async function copySettings(from: SettingStore, to: SettingStore): Promise<void> {
  for (const name of ['paused', 'consent', 'budget', 'sent', 'terms'] as const) {
    const value = await from.setting(name).catch(() => ASSUMED[name])
    if (value !== undefined) await to.putSetting(name, value)
  }
}
