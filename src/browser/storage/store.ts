/**
 * @module The device's store: events, versions of the personal model, downloaded base model and catalog, log,
 * settings. It is written once over `Database`, so a tab without IndexedDB behaves the same until it closes.
 *
 * | table | key | row |
 * |---|---|---|
 * | events | id | `ShopperEvent` + `order` of arrival |
 * | heads | name | `events`: EventHead; `personal`: { current }; `epoch`: number of erasures; `log`: key pair that signs the log |
 * | personal | version | `PersonalRecord`, the newest three |
 * | downloads | key | last good bytes of `model`, `catalog` and `rules`; `release`: newest signed release seen; `new-items`: known items most similar to the catalog's new products |
 * | ledger | sequence | `LedgerEntry` |
 * | settings | name | consent, paused, budget, … |
 */
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { type Database, TABLES, type Table } from './database.ts'
import { downloadRows } from './downloadRows.ts'
import { eventRows, placeEvents } from './eventRows.ts'
import { isLast, type LedgerRow, LOG_KEYS, ledgerRows } from './ledgerRows.ts'
import { personalRows } from './personalRows.ts'
import { readSettings, type Settings, settingRows } from './settingRows.ts'
import { createTransactions, epochOf } from './transactions.ts'

const ABOUT_THE_SHOPPER: readonly Table[] = ['events', 'heads', 'personal', 'ledger', 'settings']
/** Settings that survive an erasure: the pause, the numbers of sent updates, and the shop's own addresses. */
const KEPT_BY_ERASE: readonly (keyof Settings)[] = ['paused', 'budget', 'sent', 'declared']

/**
 * Data that an erasure leaves besides `KEPT_BY_ERASE`.
 *
 * - `all` leaves the shopper's yes to storage, and downloads.
 * - `no` leaves neither.
 * - `unasked` is like `no`, but deletes nothing if there is a yes, perhaps from another tab.
 */
export type Erasing = 'all' | 'no' | 'unasked'

export type Store = ReturnType<typeof createStore>

/** Content of a store, to copy into another store. */
export interface Held {
  readonly events: readonly ShopperEvent[]
  readonly ledger: readonly LedgerRow[]
  /** Key pair that signs the log. */
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

    /** Epoch: rises when something is erased or forgotten. A fit that began before may not be stored after. */
    epoch: () => read(['heads'], epochOf),

    /**
     * Removes everything about the shopper; of the log, only `first` remains. False, without a change, if `after` is
     * not the hash of the log's last entry, because another tab wrote first.
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
     * Adds another store's content in one transaction: new events, the given settings, and the personal model if
     * there is none here. False, without a change, if `after` is not the hash of the log's last entry.
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
     * Deletes databases that the browser could not read and that were set aside; `erase` covers this database only.
     * @throws NearsideError `storage-corrupt` if the browser can't delete them either
     */
    dropAside: () => database.dropAside(),

    close: () => database.close(),
  }
}
