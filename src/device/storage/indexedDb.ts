/**
 * @module The database in IndexedDB. Browsers close connections under a page (WebKit in the
 * background, another tab's upgrade, "clear site data"), and a stale handle fails for ever: so a
 * lost connection is dropped, opened anew, and the transaction run once more.
 */
import { type IDBPDatabase, type IDBPTransaction, wrap } from 'idb'
import { NearsideError } from '../../core/error.ts'
import type { Database, Key, Table, Transaction } from './database.ts'
import { migrate, SCHEMA_VERSION } from './migrations.ts'

/** Another tab may hold an old version open; it is told to close, and this is how long it gets. */
const BLOCKED_MS = 2000

const LOST = new Set([
  'InvalidStateError',
  'AbortError',
  'UnknownError',
  'TransactionInactiveError',
])

const nameOf = (thrown: unknown) => (thrown instanceof Error ? thrown.name : '')

/** @throws NearsideError `storage-unavailable` | `storage-corrupt` */
export async function openIndexedDb(name: string, factory: IDBFactory): Promise<Database> {
  let connection: Promise<IDBPDatabase> | null = null
  let closed = false

  function connect(): Promise<IDBPDatabase> {
    if (closed) throw new NearsideError('closed', 'The store is closed.')
    connection ??= open(name, factory, drop).catch((error) => {
      connection = null
      throw error
    })
    return connection
  }

  function drop(): void {
    connection = null
  }

  async function attempt<T>(
    tables: readonly Table[],
    mode: 'readonly' | 'readwrite',
    durability: 'strict' | 'relaxed',
    body: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const database = await connect()
    const transaction = database.transaction([...tables], mode, { durability })
    const done = transaction.done
    // `done` may reject before anybody awaits it; the failure is reported below.
    done.catch(() => undefined)
    try {
      const result = await body(adapt(transaction))
      await done
      return result
    } catch (error) {
      try {
        transaction.abort()
      } catch {
        // It had ended already.
      }
      throw transaction.error ?? error
    }
  }

  await connect()
  return {
    kind: 'indexeddb',
    async transact(tables, mode, durability, body) {
      try {
        return await attempt(tables, mode, durability, body)
      } catch (error) {
        if (!LOST.has(nameOf(error))) throw translate(error)
        const stale = connection
        drop()
        stale?.then((database) => database.close()).catch(() => undefined)
        try {
          return await attempt(tables, mode, durability, body)
        } catch (again) {
          throw translate(again)
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

/** @see https://www.w3.org/TR/IndexedDB/#exceptions */
function translate(thrown: unknown): unknown {
  if (thrown instanceof NearsideError) return thrown
  const name = nameOf(thrown)
  if (name === 'QuotaExceededError') {
    return new NearsideError('storage-full', 'The browser has no more room for this site.', {
      cause: thrown,
    })
  }
  if (thrown instanceof DOMException) {
    return NearsideError.from(thrown, 'storage-unavailable', 'The browser refused to store')
  }
  return thrown
}

async function open(name: string, factory: IDBFactory, drop: () => void): Promise<IDBPDatabase> {
  try {
    return await request(name, factory, drop)
  } catch (error) {
    // Chromium reports a damaged store so, for ever; the only cure is to start afresh.
    if (nameOf(error) !== 'UnknownError') {
      throw NearsideError.from(
        error,
        'storage-unavailable',
        'The browser refused to open its store',
      )
    }
    try {
      await wrap(factory.deleteDatabase(name))
      return await request(name, factory, drop)
    } catch (again) {
      throw NearsideError.from(again, 'storage-corrupt', 'The browser cannot read its store')
    }
  }
}

function request(name: string, factory: IDBFactory, drop: () => void): Promise<IDBPDatabase> {
  return new Promise((resolve, reject) => {
    const opening = factory.open(name, SCHEMA_VERSION)
    let migration: Promise<void> = Promise.resolve()
    let blocked: ReturnType<typeof setTimeout> | undefined
    let givenUp = false
    opening.onblocked = () => {
      blocked = setTimeout(() => {
        givenUp = true
        reject(new DOMException('another tab holds an old version open', 'TimeoutError'))
      }, BLOCKED_MS)
    }
    opening.onupgradeneeded = ({ oldVersion }) => {
      const transaction = opening.transaction
      if (!transaction) return
      migration = migrate(
        wrap(opening.result),
        wrap(transaction) as unknown as IDBPTransaction<unknown, string[], 'versionchange'>,
        oldVersion,
      ).catch((error) => {
        transaction.abort()
        throw error
      })
      migration.catch(() => undefined)
    }
    opening.onerror = () => {
      clearTimeout(blocked)
      migration.then(() => reject(opening.error), reject)
    }
    opening.onsuccess = () => {
      clearTimeout(blocked)
      const database = opening.result
      if (givenUp) return database.close()
      database.onclose = drop
      database.onversionchange = () => {
        database.close()
        drop()
      }
      resolve(wrap(database))
    }
  })
}

function adapt(
  transaction: IDBPTransaction<unknown, string[], 'readonly' | 'readwrite'>,
): Transaction {
  const store = (table: Table) => transaction.objectStore(table)
  const written = (table: Table) =>
    (transaction as IDBPTransaction<unknown, string[], 'readwrite'>).objectStore(table)
  return {
    get: (table, key) => store(table).get(key),
    getAll: (table) => store(table).getAll(),
    last: async (table) => (await store(table).openCursor(null, 'prev'))?.value,
    put: async (table, row, key?: Key) => void (await written(table).put(row, key)),
    delete: (table, key) => written(table).delete(key),
    clear: (table) => written(table).clear(),
  }
}
