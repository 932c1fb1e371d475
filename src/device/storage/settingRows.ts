/** @module Consent, budget and whatever else is one value by its name. */
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'
import type { PendingReport } from '../upload/contribute.ts'
import type { Opening } from '../upload/makeReport.ts'
import type { KeptToken } from '../upload/obtainToken.ts'
import type { ContributionTerms } from '../upload/terms.ts'
import type { Durability, Transaction } from './database.ts'
import { epochOf, type Transactions } from './transactions.ts'

export interface Settings {
  /** The shopper's yes to storing anything here, where the shop asks for it; absent without one. */
  readonly persist: true
  readonly paused: boolean
  /** `terms`: what was agreed to; `wording`: as it was shown. */
  readonly consent: {
    readonly contribute: boolean
    readonly since: number | null
    readonly terms?: ContributionTerms
    readonly wording?: string
  }
  /** Read by `upload/budget.ts`: what has been spent, in numbers. */
  readonly budget: unknown
  /** By the budget's count of time, when an update is due that nobody asked for. */
  readonly due: number
  /** A report that may have left, to be sent again. */
  readonly pending: PendingReport
  /** For a report of one round, asked for or given. */
  readonly token: KeptToken
  /** Of the last reports, the plain updates that the log only commits to. */
  readonly openings: readonly Opening[]
  /** What ids of reports are made with, so that they fix what the log said: 32 random bytes, base64. */
  readonly checkpoints: string
  /** What the aggregators asked for last. */
  readonly terms: ContributionTerms
  readonly sent: PersonalizerSnapshot['sent']
  /** Owned by the engine: which one was the faster on this device. */
  readonly calibration: unknown
  /** Addresses that the shop ever declared here; one that ends in `/` stands for all below it. */
  readonly declared: readonly string[]
  /** When the shop's server was last asked for a newer catalog and base model. */
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
  'calibration',
  'declared',
  'looked',
]

/** What was made from the events, and goes with any of them. */
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

  /** On disk when it resolves, unless `relaxed` is asked for. */
  putSetting: <K extends keyof Settings>(
    name: K,
    value: Settings[K],
    durability: Durability = 'strict',
  ): Promise<void> =>
    write(['settings'], (transaction) => transaction.put('settings', value, name), durability),

  settings: () => read(['settings'], readSettings),

  /**
   * Reads all settings and writes those that `change` returns (undefined removes one), in one
   * transaction that is on disk when it resolves; memory is refused unless `durability` allows it. Rejects with what `change` throws, which may run
   * twice. `epoch` as the store's.
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
