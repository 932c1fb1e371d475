/** @module The store as the log sees it: every write with all that is done about a failing store. */
import type { Store } from '../storage/store.ts'
import type { Shopper } from './shopper.ts'

export function loggingStore(shopper: Shopper): Store {
  return {
    ...shopper.store,
    lastLedger: () => shopper.read((store) => store.lastLedger()),
    ledger: () => shopper.read((store) => store.ledger()),
    appendLedger: (rows, durability) =>
      shopper.attempt((store) => store.appendLedger(rows, durability)),
  }
}
