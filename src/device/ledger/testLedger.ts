/** @module A store as the log wants it, for tests: memory passes for a disk. */
import type { Store } from '../storage/store.ts'
import type { LedgerStore } from './ledger.ts'
import { openSigner, type Signer } from './signer.ts'

export const ledgerStoreOf = (store: Store): LedgerStore => ({
  ...store,
  appendLedger: (rows, where, keep) =>
    store.appendLedger(rows, where, keep === 'disk' ? 'strict' : keep),
})

export async function testSigner(): Promise<Signer> {
  const signer = await openSigner({ logKeys: async (made) => made })
  if (!signer) throw new Error('no Ed25519 here')
  return signer
}
