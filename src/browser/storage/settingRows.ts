/** @module Settings: consent, budget and other single values by name. */
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'
import type { PendingReport } from '../contribution/contribute.ts'
import type { Opening } from '../contribution/makeReport.ts'
import type { KeptToken } from '../contribution/obtainToken.ts'
import type { ContributionTerms } from '../contribution/terms.ts'
import type { Durability, Transaction } from './database.ts'
import { epochOf, type Transactions } from './transactions.ts'

export interface Settings {
  /** Shopper's yes to storage in this browser, if the shop asks for it; absent without a yes. */
  readonly persist: true
  readonly paused: boolean
  /** Consent to contribute. `terms`: terms agreed to; `wording`: text shown. */
  readonly consent: {
    readonly contribute: boolean
    readonly since: number | null
    readonly terms?: ContributionTerms
    readonly wording?: string
  }
  /** Privacy budget spent, in numbers; `upload/budget.ts` reads it. */
  readonly budget: unknown
  /** Time at which an automatic update is due, on the budget's clock. */
  readonly due: number
  /** Report that may have left and will be sent again. */
  readonly pending: PendingReport
  /** Token for a report of one round, requested or received. */
  readonly token: KeptToken
  /** Plain updates of the last reports, to which the log only commits. */
  readonly openings: readonly Opening[]
  /** Secret from which report ids are computed, so that they commit to the log: 32 random bytes, base64. */
  readonly checkpoints: string
  /** Last terms of the aggregators. */
  readonly terms: ContributionTerms
  readonly sent: PersonalizerSnapshot['sent']
  /** Addresses that the shop ever declared here; an address that ends in `/` covers everything below it. */
  readonly declared: readonly string[]
  /** Time of the last check for a newer catalog and base model, milliseconds since the epoch. */
  readonly looked: number
}

const SETTINGS: readonly (keyof Settings)[] = [
  'persist',
  'paused',
  'consent',
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
]

/** Settings derived from the events; they are deleted with any event. */
export const MADE_FROM_EVENTS: readonly (keyof Settings)[] = ['pending', 'openings', 'due']

export async function readSettings(transaction: Transaction): Promise<Partial<Settings>> {
  const settings: Record<string, unknown> = {}
  for (const name of SETTINGS) {
    const value = await transaction.get('settings', name)
    if (value !== undefined) settings[name] = value
  }
  return settings
}

export const settingRows = ({ read, write }: Transactions) => ({
  setting: async <K extends keyof Settings>(name: K) =>
    (await read(['settings'], (transaction) => transaction.get('settings', name))) as
      | Settings[K]
      | undefined,

  /** Writes a setting; it is on disk when this resolves, unless `durability` is `relaxed`. */
  putSetting: <K extends keyof Settings>(
    name: K,
    value: Settings[K],
    durability: Durability = 'strict',
  ): Promise<void> =>
    write(['settings'], (transaction) => transaction.put('settings', value, name), durability),

  settings: () => read(['settings'], readSettings),

  /**
   * Reads all settings and writes the result of `change` in one transaction. A value of undefined removes a setting.
   * The write is on disk when this resolves; memory is refused unless `durability` allows it. Rejects with an error
   * of `change`, which may run twice. `epoch` is the store's.
   */
  changeSettings: (
    change: (settings: Partial<Settings>, epoch: number) => Partial<Settings>,
    durability: Durability = 'disk',
  ): Promise<void> =>
    write(
      ['settings', 'heads'],
      async (transaction) => {
        const epoch = await epochOf(transaction)
        const changes = Object.entries(change(await readSettings(transaction), epoch))
        for (const [name, value] of changes) {
          if (value === undefined) await transaction.delete('settings', name)
          else await transaction.put('settings', value, name)
        }
      },
      durability,
    ),
})
