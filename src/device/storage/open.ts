/**
 * @module Opens the best store this browser allows. A refusal is normal (private windows, sandboxed
 * frames, "block site data"): then all goes on in memory, and the shopper's page is told.
 */
import { NearsideError } from '../../core/error.ts'
import { openIndexedDb } from './indexedDb.ts'
import { createMemoryDatabase } from './memory.ts'
import { createStore, type Store } from './store.ts'

/**
 * @param factory read late, since even touching `indexedDB` throws in a sandboxed frame
 * @returns the store, and why it is only memory if it is
 */
export async function openStore(
  name: string,
  factory: () => IDBFactory | undefined,
): Promise<{ store: Store; refused: NearsideError | null }> {
  try {
    const indexedDb = factory()
    if (!indexedDb) throw new NearsideError('storage-unavailable', 'This browser has no IndexedDB')
    return { store: createStore(await openIndexedDb(name, indexedDb)), refused: null }
  } catch (error) {
    const cause = NearsideError.from(error, 'storage-unavailable', 'The browser refused its store')
    return {
      store: createStore(createMemoryDatabase()),
      refused: new NearsideError(
        cause.code,
        `${cause.message}; what is learned is kept in memory until this tab closes.`,
        { cause },
      ),
    }
  }
}
