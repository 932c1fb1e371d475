/**
 * @module Everything the device keeps, in one place: events, personal model versions, downloaded
 * base model and catalog, ledger, settings. Written once over `Database`, so that a tab without
 * IndexedDB behaves the same until it is closed.
 *
 * | table | key | row |
 * |---|---|---|
 * | events | id | `ShopperEvent` + `order` of arrival |
 * | heads | name | `events`: EventHead; `personal`: { current }; `epoch`: number of erasures; `log`: the pair that signs the log |
 * | personal | version | `PersonalRecord`, the newest three |
 * | downloads | key | last good bytes of `model`, `catalog` and `rules`; `release`: the newest signed one of a model that was seen; `new-items`: what the catalog's new products are like in that model |
 * | ledger | sequence | `LedgerEntry` |
 * | settings | name | consent, paused, budget, … |
 */
import type { ShopperEvent } from '../../core/events/event.ts'
import { type Database, TABLES, type Table } from './database.ts'
import { downloadRows } from './downloadRows.ts'
import { eventRows, placeEvents } from './eventRows.ts'
import { isLast, type LedgerRow, LOG_KEYS, ledgerRows } from './ledgerRows.ts'
import { personalRows } from './personalRows.ts'
import { readSettings, type Settings, settingRows } from './settingRows.ts'
import { createTransactions, epochOf } from './transactions.ts'

const ABOUT_THE_SHOPPER: readonly Table[] = ['events', 'heads', 'personal', 'ledger', 'settings']
/**
 * Settings that outlive an erasure: a wish not to be followed, what can't be unsent, as numbers, and the shop's
 * own addresses.
 */
const KEPT_BY_ERASE: readonly (keyof Settings)[] = ['paused', 'budget', 'sent', 'declared']

/**
 * What an erasure leaves besides those: of `all`, the shopper's yes to storing, and downloads; after a `no`, neither;
 * `unasked` is the same, but nothing goes where there is a yes, which another tab may have been given.
 */
export type Erasing = 'all' | 'no' | 'unasked'

export type Store = ReturnType<typeof createStore>

/** What a store holds, for another one. */
export interface Held {
  readonly events: readonly ShopperEvent[]
  readonly ledger: readonly LedgerRow[]
  /** The pair that signs the log. */
  readonly keys: CryptoKeyPair | null
  readonly settings: Partial<Settings>
  readonly personal: { readonly current: number | null; readonly versions: readonly unknown[] }
  readonly epoch: number
}

export function createStore(database: Database) {
  const transactions = createTransactions(database)
  const { read, write } = transactions
  return {
    get kind() {
      return database.kind
    },
    ...eventRows(transactions),
    ...personalRows(transactions),
    ...downloadRows(transactions),
    ...ledgerRows(transactions),
    ...settingRows(transactions),

    /** Rises when something is erased or forgotten; a fit that began before may not be stored after. */
    epoch: () => read(['heads'], epochOf),

    /**
     * Removes all that is about the shopper; of the ledger, `first` is what is left. False, and nothing
     * is removed, unless `after` is the hash of its last entry: another tab was first.
     */
    erase: (first: LedgerRow, after: string | null, how: Erasing = 'all'): Promise<boolean> =>
      write(
        TABLES,
        async (transaction) => {
          if (!(await isLast(transaction, after))) return false
          const epoch = await epochOf(transaction)
          const keys = await transaction.get('heads', LOG_KEYS)
          const settings = await readSettings(transaction)
          if (how === 'unasked' && settings.persist) return true
          for (const table of how === 'all' ? ABOUT_THE_SHOPPER : TABLES)
            await transaction.clear(table)
          await transaction.put('heads', epoch + 1, 'epoch')
          if (keys !== undefined) await transaction.put('heads', keys, LOG_KEYS)
          for (const name of how === 'all'
            ? [...KEPT_BY_ERASE, 'persist' as const]
            : KEPT_BY_ERASE) {
            const value = settings[name]
            if (value !== undefined) await transaction.put('settings', value, name)
          }
          await transaction.put('ledger', first)
          return true
        },
        'erasure',
      ),

    /**
     * Adds what another store holds, in one transaction: events that aren't here, settings that are given, and
     * what was learned where nothing was learned here. False, and nothing is added, unless `after` is the hash of the
     * ledger's last entry.
     */
    setUp: (
      { events = [], ledger = [], keys = null, settings = {}, personal, epoch = 0 }: Partial<Held>,
      after: string | null = null,
    ): Promise<boolean> =>
      write(
        ABOUT_THE_SHOPPER,
        async (transaction) => {
          if (!(await isLast(transaction, after))) return false
          await placeEvents(transaction, events)
          for (const row of ledger) await transaction.put('ledger', row)
          if (keys && (await transaction.get('heads', LOG_KEYS)) === undefined)
            await transaction.put('heads', keys, LOG_KEYS)
          for (const [name, value] of Object.entries(settings))
            if (value !== undefined) await transaction.put('settings', value, name)
          if (epoch > (await epochOf(transaction))) await transaction.put('heads', epoch, 'epoch')
          if (personal?.current && (await transaction.last('personal')) === undefined) {
            for (const version of personal.versions) await transaction.put('personal', version)
            await transaction.put('heads', personal.current, 'personal')
          }
          return true
        },
        'strict',
      ),

    /**
     * Deletes databases that the browser could not read and that were set aside; `erase` is about this one.
     * @throws NearsideError `storage-corrupt` where the browser can't delete one either
     */
    dropAside: () => database.dropAside(),

    close: () => database.close(),
  }
}
