/** @module IndexedDB factories for tests. These databases fail as each test specifies. */
import { TABLES } from './database.ts'

let made = 0

export const newName = () => `store-test-${Date.now()}-${made++}`

/**
 * The browser's own IndexedDB with failing transactions: before each transaction, `fault` gets its tables and mode,
 * and returns the name of the exception or null.
 */
export function faultyFactory(
  fault: (tables: readonly string[], mode: IDBTransactionMode) => string | null,
): IDBFactory {
  return {
    deleteDatabase: (name: string) => indexedDB.deleteDatabase(name),
    open(...args: Parameters<IDBFactory['open']>) {
      const request = indexedDB.open(...args)
      request.addEventListener('success', () => {
        const database = request.result
        const begin = database.transaction.bind(database)
        database.transaction = (tables, mode = 'readonly', options) => {
          const name = fault(typeof tables === 'string' ? [tables] : [...tables], mode)
          if (name !== null) throw new DOMException('as the test asked', name)
          return begin(tables, mode, options)
        }
      })
      return request
    },
  } as IDBFactory
}

/**
 * The browser's own IndexedDB with databases that can't be opened or deleted: each function gets the name of a
 * database, and returns the name of the exception or null.
 */
export function failingFactory(
  opening: (name: string) => string | null,
  deleting: (name: string) => string | null = () => null,
): IDBFactory {
  return {
    databases: () => indexedDB.databases(),
    deleteDatabase(name: string) {
      const error = deleting(name)
      return error === null ? indexedDB.deleteDatabase(name) : failedRequest(error)
    },
    open(name: string, version?: number) {
      const error = opening(name)
      return error === null ? indexedDB.open(name, version) : failedRequest(error)
    },
  } as IDBFactory
}

function failedRequest(name: string, message = 'refused'): IDBOpenDBRequest {
  const request = new EventTarget() as IDBOpenDBRequest
  Object.assign(request, { error: new DOMException(message, name) })
  queueMicrotask(() => request.onerror?.(new Event('error')))
  return request
}

/**
 * Factory of a browser that refuses storage with the error `name`. `SecurityError` is thrown, as in a sandboxed frame;
 * other errors come as events.
 */
export function refusingFactory(name: string): IDBFactory {
  const open = () => failedRequest(name)
  const throwing = () => {
    throw new DOMException('refused', name)
  }
  return {
    open: name === 'SecurityError' ? throwing : open,
    deleteDatabase: name === 'SecurityError' ? throwing : open,
    databases: async () => [],
    cmp: () => 0,
  } as unknown as IDBFactory
}

/** Factory that refuses like Chromium with site data blocked by the shopper. */
export function blockedFactory(): IDBFactory {
  const message = 'The user denied permission to access the database.'
  return {
    open: () => failedRequest('UnknownError', message),
    databases: () => Promise.reject(new DOMException(message, 'UnknownError')),
  } as unknown as IDBFactory
}

/** Creates a database as a page of another version would create it. */
export function openVersion(name: string, version: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version)
    request.onupgradeneeded = () => {
      for (const table of TABLES) {
        const keyPath = { events: 'id', personal: 'version', downloads: 'key', ledger: 'sequence' }[
          table as string
        ]
        request.result.createObjectStore(table, keyPath ? { keyPath } : undefined)
      }
    }
    request.onerror = () => reject(request.error)
    request.onsuccess = () => resolve(request.result)
  })
}

/** Deletes a database as clearing a site's data does; rejects if an open page blocks the deletion. */
export function deleted(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = reject
    request.onblocked = reject
  })
}
