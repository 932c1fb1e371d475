/** @module A store as the log wants it, for tests: memory passes for a disk. */
import type { Store } from '../storage/store.ts'
import type { LedgerStore } from './ledger.ts'

export const ledgerStoreOf = (store: Store): LedgerStore => ({
  ...store,
  appendLedger: (rows, where, keep) =>
    store.appendLedger(rows, where, keep === 'disk' ? 'strict' : keep),
})
