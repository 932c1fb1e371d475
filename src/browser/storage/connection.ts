/**
 * @module One connection to an IndexedDB database, with retries: while site data are being cleared under an open page,
 * and while a browser's storage process restarts (WebKit), opening fails with the same error as for a damaged database.
 *
 * Generations: a database that the browser can't read stays under its name, and a new one begins beside it:
 * `nearside~2` after `nearside`. The newest generation is in use; the next start finds it by the number in its name.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { type IDBPDatabase, wrap } from 'idb'
import { KEY_PATHS, TABLES } from './database.ts'

/**
 * Version of tables and keys. If the database on disk is older, opening fails with `DataError`; if newer, with
 * `VersionError`.
 */
const SCHEMA_VERSION = 2

/** Milliseconds to wait until another tab closes an old version of the database. */
const BLOCKED_MS = 2000

/** Milliseconds to wait before each further attempt to open the database. */
const WAITS = [20, 100, 400, 1000]

const PASSING = new Set(['AbortError', 'UnknownError'])

/**
 * Message of Chromium's refusal if site data is blocked. Chromium uses the same error name for a damaged database
 * (`UnknownError`), so only the message, which is always in English, distinguishes the two cases.
 */
const REFUSAL = /denied permission/

function toldApart(error: DOMException | null): DOMException | null {
  const refused = error?.name === 'UnknownError' && REFUSAL.test(error.message)
  return refused ? new DOMException(error.message, 'SecurityError') : error
}

export const nameOf = (thrown: unknown) => (thrown instanceof Error ? thrown.name : '')

export const isMissing = (error: unknown) =>
  error instanceof NearsideError && nameOf(error.cause) === MISSING

/** Error name for a database that doesn't exist and must not be created. */
const MISSING = 'NotFoundError'

/**
 * @param mayMake whether to create a missing database
 * @param lost called if the browser closes the connection, or another tab needs it closed
 * @throws the browser's error, with Chromium's refusal as `SecurityError`; `NotFoundError` for a missing database
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
    /** Name of the error with which this code refuses an upgrade; null to allow the upgrade. */
    let refused: string | null = null
    opening.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion > 0) refused = 'DataError'
      else if (!mayMake) refused = MISSING
      // Aborting the upgrade also keeps the browser from creating a missing database.
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

export const generationName = (name: string, generation: number) =>
  generation === 1 ? name : `${name}~${generation}`

/** Numbers of the database's existing generations, ascending; null if the browser doesn't list its databases. */
export async function generationsOf(
  name: string,
  factory: IDBFactory,
): Promise<readonly number[] | null> {
  // Firefox before 126 can't list its databases.
  if (!factory.databases) return null
  try {
    return (await factory.databases())
      .map((known) => generationIn(known.name ?? '', name))
      .filter((generation) => generation > 0)
      .sort((a, b) => a - b)
  } catch {
    // If the browser can't list its databases, it can't open one either, and opening reports the reason.
    return []
  }
}

function generationIn(known: string, name: string): number {
  if (known === name) return 1
  const generation = known.startsWith(`${name}~`) ? Number(known.slice(name.length + 1)) : 0
  return Number.isInteger(generation) && generation > 1 ? generation : 0
}

/** @throws NearsideError `storage-corrupt` if the browser can't delete one of the database's generations */
export async function deleteAll(name: string, factory: IDBFactory): Promise<void> {
  for (const generation of (await generationsOf(name, factory)) ?? [1])
    await deleteDatabase(generationName(name, generation), factory)
}

/** @throws NearsideError `storage-corrupt` if the browser can't delete the database */
export function deleteDatabase(name: string, factory: IDBFactory): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => {
      const message =
        'A damaged database could not be deleted: clear this site’s data in the browser’s settings.'
      reject(new NearsideError('storage-corrupt', message, { cause: request.error }))
    }
  })
}
