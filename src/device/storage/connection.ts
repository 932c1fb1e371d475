/**
 * @module One connection to an IndexedDB database, opened patiently: while a site's data is cleared
 * under an open page, and while a browser's storage process starts anew (WebKit), opening fails for a
 * moment with what a damaged database says for ever.
 */
import { type IDBPDatabase, wrap } from 'idb'
import { NearsideError } from '../../core/error.ts'
import { KEY_PATHS, TABLES } from './database.ts'

/** Of the tables and their keys. An older database is a `DataError`, a newer one a `VersionError`. */
const SCHEMA_VERSION = 2

/** Another tab may hold an old version open; it is told to close, and this is how long it gets. */
const BLOCKED_MS = 2000

/** Milliseconds before each further attempt. */
const WAITS = [20, 100, 400, 1000]

const PASSING = new Set(['AbortError', 'UnknownError'])

/**
 * Where site data is blocked, Chromium gives its refusal the name of a damaged database (`UnknownError`);
 * only the words differ, and they are in English everywhere.
 */
const REFUSAL = /denied permission/

function toldApart(error: DOMException | null): DOMException | null {
  const refused = error?.name === 'UnknownError' && REFUSAL.test(error.message)
  return refused ? new DOMException(error.message, 'SecurityError') : error
}

export const nameOf = (thrown: unknown) => (thrown instanceof Error ? thrown.name : '')

/** True where there is no such database, and none was to be made. */
export const isMissing = (error: unknown) =>
  error instanceof NearsideError && nameOf(error.cause) === MISSING

/** There is no such database, and none may be made. */
const MISSING = 'NotFoundError'

/**
 * @param mayMake false: a database that isn't there is not made, and stays away
 * @param lost called when the browser closes the connection, or another tab needs it closed
 * @throws what the browser says, a refusal of Chromium's as `SecurityError`; `NotFoundError` for what isn't there
 */
export async function openConnection(
  name: string,
  factory: IDBFactory,
  mayMake: boolean,
  lost: () => void,
  waits: readonly number[] = WAITS,
): Promise<IDBPDatabase> {
  for (const wait of waits) {
    try {
      return await request(name, factory, mayMake, lost)
    } catch (error) {
      if (!PASSING.has(nameOf(error))) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
  return request(name, factory, mayMake, lost)
}

function request(
  name: string,
  factory: IDBFactory,
  mayMake: boolean,
  lost: () => void,
): Promise<IDBPDatabase> {
  return new Promise((resolve, reject) => {
    const opening = factory.open(name, SCHEMA_VERSION)
    let blocked: ReturnType<typeof setTimeout> | undefined
    let givenUp = false
    opening.onblocked = () => {
      blocked = setTimeout(() => {
        givenUp = true
        reject(new DOMException('another tab holds an old version open', 'TimeoutError'))
      }, BLOCKED_MS)
    }
    /** Why the upgrade is refused: name of the error. */
    let refused: string | null = null
    opening.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion > 0) refused = 'DataError'
      else if (!mayMake) refused = MISSING
      // A database that would have been made is none after this.
      if (refused) return opening.transaction?.abort()
      for (const table of TABLES) {
        const keyPath = KEY_PATHS[table]
        opening.result.createObjectStore(table, keyPath === null ? undefined : { keyPath })
      }
    }
    opening.onerror = () => {
      clearTimeout(blocked)
      reject(refused ? new DOMException('not to be opened', refused) : toldApart(opening.error))
    }
    opening.onsuccess = () => {
      clearTimeout(blocked)
      const database = opening.result
      if (givenUp) return database.close()
      database.onclose = lost
      database.onversionchange = () => {
        database.close()
        lost()
      }
      resolve(wrap(database))
    }
  })
}
