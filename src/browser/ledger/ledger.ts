/**
 * @module The device's log in the store; several tabs may write at once. Routine requests are counted in today's
 * entries at the log's end; each count recomputes the hashes of these entries. All other facts are appended as new
 * entries. The oldest entries are folded into one, so the log stays bounded.
 */
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Durability } from '../storage/database.ts'
import type { Erasing, Store } from '../storage/store.ts'
import { chain, type EntryFacts, erasure, fold, isSigned } from './chain.ts'
import type { LedgerEntry } from './entry.ts'
import { openSigner, type Signer } from './signer.ts'

/** Maximum number of attempts to write. An attempt fails if another tab writes first. */
const ATTEMPTS = 50
/** A log of more than `most` entries is folded to `kept` entries, which cover over a year at ten entries a day. */
export const LEDGER_SIZE = { most: 5000, kept: 4000 }
/** Number of entries between two checks of the log's size. */
const LOOK_EVERY = 250

type LedgerStore = Pick<Store, 'appendLedger' | 'ledger' | 'ledgerTail' | 'logKeys' | 'erase'>
type Facts = Omit<EntryFacts, 'time'>

export type Ledger = ReturnType<typeof createLedger>

interface Waiting {
  readonly facts: Facts
  readonly keep: Durability
  /** Amounts by which a daily count rises; null for facts that get a new entry. */
  readonly counted: { readonly times: number; readonly received: number } | null
  readonly resolve: (entry: LedgerEntry) => void
  readonly reject: (error: unknown) => void
}

export function createLedger(store: LedgerStore, now: () => number) {
  const waiting: Waiting[] = []
  let writing = false
  let opened: Promise<Signer | null> | null = null

  /** Opens the log's signing key at the first call. If that fails, the next call tries again. */
  function signer(): Promise<Signer | null> {
    opened ??= openSigner(store).catch((error) => {
      opened = null
      throw error
    })
    return opened
  }

  /**
   * Takes the first waiting entries that share one need: all must be on disk (`disk`), or none must. So if the disk
   * refuses a `disk` batch, no other entries are rejected.
   */
  function next(keep: Durability): Waiting[] {
    const end = waiting.findIndex((one) => (one.keep === 'disk') !== (keep === 'disk'))
    return waiting.splice(0, end < 0 ? waiting.length : end)
  }

  async function write(): Promise<void> {
    let batch: Waiting[] = []
    const { keep } = waiting[0]
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const day = new Date(now()).toISOString().slice(0, 10)
        const isOpen = ({ detail }: LedgerEntry) => detail.day === day
        const tail = await store.ledgerTail(isOpen)
        // Entries that arrived while the log's end was read join the batch.
        batch = [...batch, ...next(keep)]
        const base =
          tail.length > 0 && !(isOpen(tail[0]) && tail[0].sequence === 0) ? tail[0] : null
        const { drafts, places } = merge(batch, base === null ? tail : tail.slice(1), day, now())
        const by = drafts.some(isSigned) ? await signer() : null
        const entries: LedgerEntry[] = []
        for (const draft of drafts) entries.push(await chain(entries.at(-1) ?? base, draft, by))
        const strict = batch.some((one) => one.keep === 'strict') ? 'strict' : 'relaxed'
        const after = tail.at(-1)?.hash ?? null
        if (await store.appendLedger(entries, { after }, keep === 'disk' ? 'disk' : strict)) {
          batch.forEach(({ resolve }, i) => void resolve(entries[places[i]]))
          const [before, last] = [tail.at(-1)?.sequence ?? 0, entries.at(-1)?.sequence ?? 0]
          // If folding fails now, the log is folded when a later entry is added.
          return await bound(before, last).catch(() => undefined)
        }
      }
      throw new NearsideError('storage-unavailable', 'The log could not be written.')
    } catch (error) {
      for (const { reject } of [...batch, ...next(keep)]) reject(error)
    }
  }

  async function bound(before: number, last: number): Promise<void> {
    if (Math.floor(before / LOOK_EVERY) === Math.floor(last / LOOK_EVERY)) return
    const rows = await store.ledger()
    if (rows.length <= LEDGER_SIZE.most) return
    const gone = rows.length - LEDGER_SIZE.kept
    await store.appendLedger(
      [await fold(rows, gone, now(), await signer())],
      { after: rows[rows.length - 1].hash, dropBefore: rows[gone].sequence },
      'relaxed',
    )
  }

  async function writeAll(): Promise<void> {
    if (writing) return
    writing = true
    while (waiting.length > 0) await write()
    writing = false
  }

  const add = (facts: Facts, keep: Durability, counted: Waiting['counted']) =>
    new Promise<LedgerEntry>((resolve, reject) => {
      waiting.push({ facts, keep, counted, resolve, reject })
      void writeAll()
    })

  return {
    /**
     * Appends an entry; resolves when it is stored. Waiting entries share one write. Use `strict` for entries that must
     * survive a power cut.
     */
    append: (facts: Facts, keep: Durability = 'relaxed') => add(facts, keep, null),
    /**
     * Counts one more request with these `facts` today, and the bytes of its body. With `received`, adds only the bytes
     * of an answer to a request that is already counted. Resolves when the count is stored.
     */
    async count(facts: Facts, received?: number): Promise<void> {
      const counted = { times: received === undefined ? 1 : 0, received: received ?? 0 }
      await add(facts, 'relaxed', counted)
    },
    /** Forgets the signing key, because another store, with its own key, has replaced the store. */
    reopen(): void {
      opened = null
    },
    /** Public key of the log, base64; null if the browser has no Ed25519. */
    key: async () => (await signer())?.key ?? null,
    entries: store.ledger,
    /**
     * Removes everything the store contains about the shopper. One entry of the log remains, which records the erasure.
     * @throws NearsideError `storage-unavailable` | `storage-full` if anything is left on disk
     */
    async erase(how: Erasing = 'all'): Promise<void> {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const rows = await store.ledger()
        // No key is created just to sign the erasure, because a full disk has no room for a key.
        const by = rows.some(({ key }) => key !== undefined) ? signer() : Promise.resolve(null)
        // An unreadable log is erased, too; a new log begins.
        const first = await by
          .then((one) => erasure(rows, now(), one))
          .catch(() => erasure([], now(), null))
        if (await store.erase(first, rows.at(-1)?.hash ?? null, how)) return
      }
      throw new NearsideError('storage-unavailable', 'Other tabs kept writing: nothing was erased.')
    },
  }
}

/**
 * Adds a batch to the end of the log.
 * @param open the log's entries since today's first count of requests
 * @returns `drafts`: these entries and the batch's, without hashes; `places`: indices of the batch's entries in
 * `drafts`
 */
function merge(
  batch: readonly Waiting[],
  open: readonly EntryFacts[],
  day: string,
  time: number,
): { drafts: readonly EntryFacts[]; places: readonly number[] } {
  const drafts = [...open]
  // Index in `drafts` from which counts may still rise. A count before an entry of another kind stays as it is.
  let openFrom = 0
  const places = batch.map(({ facts, counted }) => {
    if (!counted) {
      drafts.push({ ...facts, time })
      openFrom = drafts.length
      return drafts.length - 1
    }
    const key = keyOf(facts)
    const found = drafts.findIndex((draft, i) => i >= openFrom && keyOf(draft) === key)
    const { count = 0, received = 0 } = drafts[found]?.detail ?? {}
    const sums = {
      count: Number(count) + counted.times,
      received: Number(received) + counted.received,
    }
    const bytesSent = (drafts[found]?.bytesSent ?? 0) + (facts.bytesSent ?? 0)
    const draft = { ...facts, bytesSent, detail: { ...facts.detail, day, ...sums }, time }
    if (found >= 0) drafts[found] = draft
    else drafts.push(draft)
    return found >= 0 ? found : drafts.length - 1
  })
  return { drafts, places }
}

function keyOf({ kind, detail }: Facts): string {
  const { day, count, received, ...rest } = detail
  return canonicalJson([kind, rest])
}
