/**
 * @module Opens the best store this browser allows. A refusal is normal (private windows, sandboxed
 * frames, "block site data"): then all goes on in memory. Where the browser can't read what it kept,
 * a new database is begun beside the damaged one. Either is said.
 */
import { NearsideError } from '../../core/error.ts'
import type { Database } from './database.ts'
import { openIndexedDb } from './indexedDb.ts'
import { createMemoryDatabase } from './memory.ts'
import { createStore, type Store } from './store.ts'
import { assumeMissing } from './unreadable.ts'

/**
 * @param factory read late, since even touching `indexedDB` throws in a sandboxed frame
 * @returns the store, and what the shopper has to be told of it
 */
export async function openStore(
  name: string,
  factory: () => IDBFactory | undefined,
): Promise<{ database: Database; store: Store; refused: NearsideError | null }> {
  try {
    const indexedDb = factory()
    if (!indexedDb) throw new NearsideError('storage-unavailable', 'This browser has no IndexedDB')
    const database = await openIndexedDb(name, indexedDb)
    const store = createStore(database)
    if (database.aside === 0) return { database, store, refused: null }
    const assumed = await assumeMissing(store)
    const message = `The browser can’t read what was kept here: it is set aside until everything is erased.${assumed} Nothing is contributed from this browser any more.`
    return { database, store, refused: new NearsideError('storage-corrupt', message) }
  } catch (error) {
    const cause = NearsideError.from(error, 'storage-unavailable', 'The browser refused its store')
    const database = createMemoryDatabase()
    const store = createStore(database)
    const assumed = cause.code === 'storage-corrupt' ? await assumeMissing(store) : ''
    const message = `${cause.message}; what is learned is kept in memory until this tab closes.${assumed}`
    return { database, store, refused: new NearsideError(cause.code, message, { cause }) }
  }
}
