/** @module The store as the log sees it: every write with all that is done about a failing store. */
import type { LedgerStore } from '../ledger/ledger.ts'
import type { Shopper } from './shopper.ts'

export function loggingStore(shopper: Shopper): LedgerStore {
  return {
    ledgerTail: (open) => shopper.read((store) => store.ledgerTail(open)),
    ledger: () => shopper.read((store) => store.ledger()),
    appendLedger: (rows, where, keep) =>
      keep === 'disk'
        ? shopper.durably((store) => store.appendLedger(rows, where, 'strict'))
        : shopper.attempt((store) => store.appendLedger(rows, where, keep)),
  }
}
