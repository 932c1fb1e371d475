/**
 * @module Database in IndexedDB. Browsers close connections under a page (WebKit in the background, another tab's
 * upgrade, "clear site data"). So a lost connection is reopened, and the transaction runs again. A database that can't
 * be opened is set aside (`connection.ts`).
 */

import { NearsideError } from '@nearside/core/error.ts'
import type { IDBPDatabase, IDBPTransaction } from 'idb'
import {
  deleteDatabase,
  generationName,
  generationsOf,
  nameOf,
  openConnection,
} from './connection.ts'
import type { Database } from './database.ts'

const LOST = new Set([
  'InvalidStateError',
  'AbortError',
  'UnknownError',
  'TransactionInactiveError',
])

/** Maximum attempts at a transaction; while site data are being cleared, a reopened connection can be lost again. */
const TRIES = 3

/** Errors of a damaged database or one of an older version. A newer version stays, because a newer page can read it. */
const SET_ASIDE = ['UnknownError', 'DataError']

/**
 * @param make whether a missing database is created: `always`, `now` or `never`. `now` creates it only at the start: if
 * it disappears later, the shopper cleared this site's data, or refused storage in another tab.
 * @throws NearsideError `storage-unavailable` | `storage-corrupt`
 */
export async function openIndexedDb(
  name: string,
  factory: IDBFactory,
  make: 'always' | 'now' | 'never' = 'always',
): Promise<Database> {
  let mayMake = make !== 'never'
  const existing = await generationsOf(name, factory)
  let generation = existing?.at(-1) ?? 1
  let connection: Promise<IDBPDatabase> | null = null
  let closed = false

  async function connect(waits?: readonly number[]): Promise<IDBPDatabase> {
    if (closed) throw new NearsideError('closed', 'The store is closed.')
    connection ??= openConnection(
      ...([generationName(name, generation), factory, mayMake, drop, waits] as const),
    ).catch((error) => {
      drop()
      throw error
    })
    return connection
  }

  function drop(): void {
    connection = null
  }

  let aside = (existing ?? []).filter((older) => older < generation)
  try {
    await connect()
  } catch (error) {
    if (!SET_ASIDE.includes(nameOf(error)) || !existing) throw translate(error)
    aside = [...aside, generation++]
    try {
      await connect([])
    } catch {
      throw translate(error)
    }
  }

  mayMake = make === 'always'

  return {
    kind: 'indexeddb',
    get aside() {
      return aside.length
    },
    async dropAside() {
      await Promise.all(aside.map((older) => deleteDatabase(generationName(name, older), factory)))
      aside = []
    },
    async transact(tables, access, body) {
      const mode = access === 'readonly' ? 'readonly' : 'readwrite'
      const durability = mode === 'readonly' || access === 'relaxed' ? 'relaxed' : 'strict'
      for (let tries = 1; ; tries++) {
        const database = await connect().catch((error) => {
          throw translate(error)
        })
        let transaction: IDBPTransaction<unknown, string[], 'readwrite'> | null = null
        try {
          // The cast only satisfies the types: a read-only transaction still refuses writes.
          const begun = database.transaction([...tables], mode as 'readwrite', { durability })
          transaction = begun
          // `done` can reject before it is awaited; the code below reports the failure.
          begun.done.catch(() => undefined)
          const result = await body((table) => begun.objectStore(table))
          await begun.done
          return result
        } catch (thrown) {
          const error = (transaction && abort(transaction)) ?? thrown
          if (!LOST.has(nameOf(error)) || tries === TRIES) throw translate(error)
          drop()
          database.close()
        }
      }
    },
    close() {
      closed = true
      connection?.then((database) => database.close()).catch(() => undefined)
      drop()
    },
  }
}

/** @returns the browser's reason for the failure, if it has one */
function abort(transaction: Pick<IDBPTransaction, 'abort' | 'error'>): DOMException | null {
  try {
    transaction.abort()
  } catch {
    // The transaction had already ended.
  }
  return transaction.error
}

/** @see https://www.w3.org/TR/IndexedDB/#exceptions */
function translate(thrown: unknown): unknown {
  if (thrown instanceof NearsideError) return thrown
  const name = nameOf(thrown)
  if (name === 'QuotaExceededError') {
    return new NearsideError('storage-full', 'The browser has no more room for this site.', {
      cause: thrown,
    })
  }
  if (SET_ASIDE.includes(name) || name === 'VersionError') {
    return NearsideError.from(thrown, 'storage-corrupt', 'The browser can’t read its storage')
  }
  if (thrown instanceof DOMException) {
    return NearsideError.from(thrown, 'storage-unavailable', 'The browser refused to open storage')
  }
  return thrown
}
