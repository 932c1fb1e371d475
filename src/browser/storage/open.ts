/**
 * @module Opens the best store that this browser allows and to which the shopper agrees. If the browser refuses (private
 * windows, sandboxed frames, "block site data"), everything continues in memory. If it can't read a database, a new one
 * begins beside it. Both cases are reported. After the shopper's yes to storage, data move from memory to disk, and
 * back after a no, each in one transaction on disk.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { chain } from '../ledger/chain.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { createLedger } from '../ledger/ledger.ts'
import { standsForOthers } from '../ledger/removed.ts'
import { openSigner } from '../ledger/signer.ts'
import type { Persist } from '../persists.ts'
import { joinedProfiles, readProfiles } from '../profiles.ts'
import { isMissing } from './connection.ts'
import { createMemoryDatabase, type Database } from './database.ts'
import { openIndexedDb } from './indexedDb.ts'
import { assumeMissing, type Settings } from './settingRows.ts'
import { createStore, type Held, type Store } from './store.ts'

const mayUse = async (store: Store, persist: Persist): Promise<boolean> =>
  persist === 'always' || (persist === 'ask' && (await store.setting('persist')) === true)

interface Opened {
  readonly database: Database
  readonly store: Store
  /** Opened database on disk with data that the shopper didn't agree to store; null if there is none. */
  readonly unasked: Database | null
  /** Failure of the storage, to report to the shopper; null if the storage works. */
  readonly refused: NearsideError | null
}

/**
 * @param factory returns `indexedDB`; called inside `try`, because reading it throws in a sandboxed frame
 * @param make as in `openIndexedDb`; by default a database is created only for `always`
 */
export async function openStore(
  name: string,
  factory: () => IDBFactory | undefined,
  persist: Persist = 'always',
  make: 'always' | 'now' | 'never' = persist === 'always' ? 'always' : 'never',
): Promise<Opened> {
  const unasked = null
  try {
    const indexedDb = factory()
    if (!indexedDb) throw new NearsideError('storage-unavailable', 'This browser has no IndexedDB')
    const database = await openIndexedDb(name, indexedDb, make)
    const store = createStore(database)
    if (make !== 'now' && !(await mayUse(store, persist))) return await besideUnasked(database)
    if (database.aside === 0) return { database, store, unasked, refused: null }
    const assumed = await assumeMissing(store)
    const message = `The browser can’t read this shop’s database: it is set aside until everything is erased.${assumed} This browser sends no more updates.`
    const refused = new NearsideError('storage-corrupt', message)
    return { database, store, unasked, refused }
  } catch (error) {
    const cause = NearsideError.from(
      error,
      'storage-unavailable',
      'The browser refused to open storage',
    )
    const database = createMemoryDatabase()
    const store = createStore(database)
    if (isMissing(error)) return { database, store, unasked, refused: null }
    const assumed = cause.code === 'storage-corrupt' ? await assumeMissing(store) : ''
    const message = `${cause.message}; what is learned is kept in memory until this tab closes.${assumed}`
    const refused = new NearsideError(cause.code, message, { cause })
    return { database, store, unasked, refused }
  }
}

async function besideUnasked(unasked: Database): Promise<Opened> {
  const database = createMemoryDatabase()
  const [from, store] = [createStore(unasked), createStore(database)]
  const { paused, budget, sent } = await from.settings()
  await store.setUp({ settings: { paused, budget, sent }, ...(await readLog(from)) })
  return { database, store, unasked, refused: null }
}

/** Maximum number of attempts to write; an attempt fails if another tab writes first. */
const ATTEMPTS = 50

async function readLog(store: Store): Promise<Pick<Held, 'keys' | 'ledger'>> {
  return { ledger: await store.ledger(), keys: await store.logKeys(null) }
}

/**
 * Writes everything in memory to disk, together with the shopper's yes to storage.
 * @throws NearsideError `storage-…` if the disk refuses; the disk then contains nothing of this visit
 */
export async function writeToDisk(memory: Database, disk: Database): Promise<void> {
  const [from, to] = [createStore(memory), createStore(disk)]
  const { paused, looked, declared = [], profiles } = await from.settings()
  const { declared: known = [], profiles: theirs } = await to.settings()
  const { ledger, keys } = await readLog(from)
  const held = {
    events: (await from.events()).events,
    settings: {
      ...{ paused, looked, persist: true as const },
      // Addresses declared in memory are stored, too, because the log in memory can contain requests to them.
      declared: [...new Set([...known, ...declared])],
      ...(profiles && { profiles: joinedProfiles(readProfiles(theirs), readProfiles(profiles)) }),
    },
    personal: await from.personal(),
    epoch: await from.epoch(),
    keys,
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const last = (await to.ledgerTail(() => false)).at(-1) ?? null
    const rows = await follow(last, ledger, to)
    if (await to.setUp({ ...held, ledger: rows }, last?.hash ?? null)) return
  }
  throw new NearsideError('storage-unavailable', 'Other tabs kept writing: nothing was stored.')
}

/** Entries of the log in memory, chained after the last entry on disk. */
async function follow(
  last: LedgerEntry | null,
  entries: readonly LedgerEntry[],
  disk: Store,
): Promise<readonly LedgerEntry[]> {
  const known = entries.findIndex(({ hash }) => hash === last?.hash)
  if (last === null || known >= 0) return entries.slice(known + 1)
  const signer = await openSigner(disk)
  const chained = [last]
  // Summaries of removed entries are skipped, because they describe the log in memory.
  for (const { kind, detail, bytesSent, time } of entries.filter((one) => !standsForOthers(one))) {
    const before = chained[chained.length - 1]
    // `undoes` is dropped: it is an entry's number in the log in memory, and the disk numbers entries anew.
    const { undoes: _, ...facts } = detail
    const entry = { kind, detail: facts, bytesSent, time: Math.max(time, before.time) }
    chained.push(await chain(before, entry, signer))
  }
  return chained.slice(1)
}

interface Remembered {
  readonly events: readonly ShopperEvent[]
  readonly settings: Partial<Settings>
}

/**
 * Erases the database on disk and continues in memory with this tab's data.
 * @returns the memory database, and the reason why the disk could not be erased, or null
 */
export async function leaveDisk(
  disk: Database,
  { events, settings }: Remembered,
  now: () => number,
  eraseOthers: EraseOthers,
): Promise<{ readonly memory: Database; readonly failure: unknown }> {
  const memory = createMemoryDatabase()
  const stored = await createStore(disk)
    .events()
    .catch(() => ({ events: [] }))
  const failure = await eraseDisk(disk, 'no', now, eraseOthers).then(
    () => null,
    // A missing database is no failure: another tab could have deleted it.
    (error: unknown) => (isMissing(error) ? null : error),
  )
  const log = await readLog(createStore(disk)).catch(() => ({}))
  const { declared } = await createStore(disk)
    .settings()
    .catch((): Partial<Settings> => ({}))
  await createStore(memory).setUp({
    events: [...stored.events, ...events],
    settings: { ...(declared && { declared }), ...settings },
    ...log,
  })
  return { memory, failure }
}

/** Erases the databases of the removed people that `store` lists. */
type EraseOthers = (store: Store) => Promise<void>

/** Erases the disk's data. @returns true if nothing has to stay: no yes to storage, no pause, no spent budget */
export async function eraseDisk(
  disk: Database,
  how: 'no' | 'unasked',
  now: () => number,
  eraseOthers: EraseOthers,
): Promise<boolean> {
  const store = createStore(disk)
  const { events } = await store.events()
  const allowed = await store.setting('persist')
  const others = await store.setting('profiles')
  if (allowed || others || events.length > 0 || (await store.ledger()).length > 1)
    await createLedger(store, now).erase(how)
  if (others) await eraseOthers(store)
  const { persist, paused, budget, sent } = await store.settings()
  return !persist && !paused && budget === undefined && !sent?.bytes
}
