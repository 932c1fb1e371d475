/** @module The device's append-only log over the store; safe with several tabs writing at once. */
import { NearsideError } from '../protocol/error.ts'
import type { Durability } from '../storage/database.ts'
import type { Store } from '../storage/store.ts'
import { chain, type EntryFacts, type Verdict, verifyChain } from './chain.ts'
import type { LedgerEntry } from './entry.ts'

/** Another tab may be first; it can't be first for ever. */
const ATTEMPTS = 50

export interface Ledger {
  /** Resolves when the entry is stored. Use `strict` for what must outlive a power cut. */
  append(facts: Omit<EntryFacts, 'time'>, durability?: Durability): Promise<LedgerEntry>
  entries(): Promise<readonly LedgerEntry[]>
  verify(): Promise<Verdict>
}

export function createLedger(store: () => Store, now: () => number): Ledger {
  let queue: Promise<unknown> = Promise.resolve()

  async function append(facts: Omit<EntryFacts, 'time'>, durability: Durability) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const last = (await store().lastLedger()) as LedgerEntry | undefined
      const entry = await chain(last ?? null, { ...facts, time: now() })
      if (await store().appendLedger(entry, durability)) return entry
    }
    throw new NearsideError('storage-unavailable', 'The log could not be written.')
  }

  return {
    append(facts, durability = 'relaxed') {
      const turn = queue.then(() => append(facts, durability))
      queue = turn.catch(() => undefined)
      return turn
    },
    entries: async () => (await store().ledger()) as readonly LedgerEntry[],
    verify: async () => verifyChain(await store().ledger()),
  }
}
