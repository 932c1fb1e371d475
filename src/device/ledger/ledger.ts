/** @module The device's append-only log over the store; safe with several tabs writing at once. */
import { NearsideError } from '../../core/error.ts'
import type { Durability } from '../storage/database.ts'
import type { Store } from '../storage/store.ts'
import { chain, type EntryFacts, type Verdict, verifyChain } from './chain.ts'
import type { LedgerEntry } from './entry.ts'

/** Another tab may be first; it can't be first for ever. */
const ATTEMPTS = 50

export interface Ledger {
  /** Resolves when the entry is stored; entries that wait share a write. Use `strict` for what must outlive a power cut. */
  append(facts: Omit<EntryFacts, 'time'>, durability?: Durability): Promise<LedgerEntry>
  entries(): Promise<readonly LedgerEntry[]>
  verify(): Promise<Verdict>
}

interface Waiting {
  readonly facts: Omit<EntryFacts, 'time'>
  readonly durability: Durability
  readonly resolve: (entry: LedgerEntry) => void
  readonly reject: (error: unknown) => void
}

export function createLedger(store: () => Store, now: () => number): Ledger {
  const waiting: Waiting[] = []
  let writing = false

  async function chainAll(batch: readonly Waiting[], last: LedgerEntry | null) {
    const entries: LedgerEntry[] = []
    for (const { facts } of batch) {
      const entry = await chain(entries.at(-1) ?? last, { ...facts, time: now() })
      entries.push(entry)
    }
    return entries
  }

  async function write(): Promise<void> {
    let batch: readonly Waiting[] = []
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const last = ((await store().lastLedger()) ?? null) as LedgerEntry | null
        // What came while the end of the log was read goes along.
        batch = [...batch, ...waiting.splice(0)]
        const entries = await chainAll(batch, last)
        const strict = batch.some(({ durability }) => durability === 'strict')
        if (await store().appendLedger(entries, strict ? 'strict' : 'relaxed')) {
          batch.forEach(({ resolve }, place) => void resolve(entries[place]))
          return
        }
      }
      throw new NearsideError('storage-unavailable', 'The log could not be written.')
    } catch (error) {
      for (const { reject } of [...batch, ...waiting.splice(0)]) reject(error)
    }
  }

  async function writeAll(): Promise<void> {
    if (writing) return
    writing = true
    while (waiting.length > 0) await write()
    writing = false
  }

  return {
    append: (facts, durability = 'relaxed') =>
      new Promise((resolve, reject) => {
        waiting.push({ facts, durability, resolve, reject })
        void writeAll()
      }),
    entries: async () => (await store().ledger()) as readonly LedgerEntry[],
    verify: async () => verifyChain(await store().ledger()),
  }
}
