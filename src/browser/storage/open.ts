/**
 * @module Opens the best store that this browser allows and the shopper wants. A refusal is normal (private windows,
 * sandboxed frames, "block site data"): everything then continues in memory. If the browser can't read a database, a
 * new one begins beside it. Both cases are reported.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { Persist } from '../persists.ts'
import { isMissing } from './connection.ts'
import type { Database } from './database.ts'
import { openIndexedDb } from './indexedDb.ts'
import { createMemoryDatabase } from './memory.ts'
import { readLog } from './persisting.ts'
import { createStore, type Store } from './store.ts'
import { assumeMissing } from './unreadable.ts'

/** Whether the database may be used: the shopper said yes, or the shop doesn't ask. */
const mayUse = async (store: Store, persist: Persist): Promise<boolean> =>
  persist === 'always' || (persist === 'ask' && (await store.setting('persist')) === true)

interface Opened {
  readonly database: Database
  readonly store: Store
  /** Open database with data stored without the shopper's yes; null without one. */
  readonly unasked: Database | null
  /** Refusal to report to the shopper; null without one. */
  readonly refused: NearsideError | null
}

/**
 * Opens the store.
 * @param factory called late, since even touching `indexedDB` throws in a sandboxed frame
 * @param make as in `openIndexedDb`; default: only if the shop doesn't ask
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
    const message = `The browser can’t read what was kept here: it is set aside until everything is erased.${assumed} Nothing is contributed from this browser any more.`
    const refused = new NearsideError('storage-corrupt', message)
    return { database, store, unasked, refused }
  } catch (error) {
    const cause = NearsideError.from(error, 'storage-unavailable', 'The browser refused its store')
    const database = createMemoryDatabase()
    const store = createStore(database)
    if (isMissing(error)) return { database, store, unasked, refused: null }
    const assumed = cause.code === 'storage-corrupt' ? await assumeMissing(store) : ''
    const message = `${cause.message}; what is learned is kept in memory until this tab closes.${assumed}`
    const refused = new NearsideError(cause.code, message, { cause })
    return { database, store, unasked, refused }
  }
}

/** Opens a memory store with the disk's pause and numbers of sent updates. */
async function besideUnasked(unasked: Database): Promise<Opened> {
  const database = createMemoryDatabase()
  const [from, store] = [createStore(unasked), createStore(database)]
  const { paused, budget, sent } = await from.settings()
  await store.setUp({ settings: { paused, budget, sent }, ...(await readLog(from)) })
  return { database, store, unasked, refused: null }
}
