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
import type { Database, Table } from './database.ts'
import { downloadRows } from './downloadRows.ts'
import { eventRows } from './eventRows.ts'
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

export type Store = ReturnType<typeof createStore>

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
    erase: (first: LedgerRow, after: string | null): Promise<boolean> =>
      write(
        ABOUT_THE_SHOPPER,
        async (transaction) => {
          if (!(await isLast(transaction, after))) return false
          const epoch = await epochOf(transaction)
          const keys = await transaction.get('heads', LOG_KEYS)
          const settings = await readSettings(transaction)
          for (const table of ABOUT_THE_SHOPPER) await transaction.clear(table)
          await transaction.put('heads', epoch + 1, 'epoch')
          if (keys !== undefined) await transaction.put('heads', keys, LOG_KEYS)
          for (const name of KEPT_BY_ERASE) {
            const value = settings[name]
            if (value !== undefined) await transaction.put('settings', value, name)
          }
          await transaction.put('ledger', first)
          return true
        },
        'erasure',
      ),

    /**
     * Deletes databases that the browser could not read and that were set aside; `erase` is about this one.
     * @throws NearsideError `storage-corrupt` where the browser can't delete one either
     */
    dropAside: () => database.dropAside(),

    close: () => database.close(),
  }
}
