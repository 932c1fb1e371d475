/**
 * @module Database of the store: transactions over a few tables. Its two implementations, in IndexedDB (`indexedDb.ts`)
 * and in memory (here), pass the same tests.
 */
import { invalidInput } from '@nearside/core/error.ts'
import { serially } from '@nearside/core/serially.ts'

export const TABLES = ['events', 'heads', 'personal', 'downloads', 'ledger', 'settings'] as const
export type Table = (typeof TABLES)[number]
type Key = string | number

/** Property of a row that is its key; null if the key is passed separately. */
export const KEY_PATHS: Readonly<Record<Table, string | null>> = {
  events: 'id',
  heads: null,
  personal: 'version',
  downloads: 'key',
  ledger: 'sequence',
  settings: null,
}

/** Rows of a table, with methods of IndexedDB's `IDBObjectStore`. */
export interface Rows {
  get(key: Key): Promise<unknown>
  /** All rows, ascending by key. */
  getAll(): Promise<unknown[]>
  openCursor(query: null, direction: 'prev'): Promise<{ readonly value: unknown } | null>
  put(row: unknown, key?: Key): Promise<unknown>
  delete(key: Key): Promise<void>
  clear(): Promise<void>
}

/**
 * Open transaction: a function that returns a table's rows. Await only methods of these rows, because IndexedDB commits
 * an idle transaction.
 */
export type Transaction = (table: Table) => Rows

export const lastRow = async (rows: Rows): Promise<unknown> =>
  (await rows.openCursor(null, 'prev'))?.value

/**
 * Guarantee of a write once its promise resolves. `relaxed`: the operating system has the data; `strict`: the data are
 * on disk. `disk` is like `strict`, and a store in memory refuses it. `erasure` is like `strict`, and fails if the
 * removed data stay on disk (`worker/deviceStore.ts`).
 */
export type Durability = 'relaxed' | 'strict' | 'disk' | 'erasure'

type Access = 'readonly' | Durability

export interface Database {
  readonly kind: 'indexeddb' | 'memory'
  /** Number of databases that were set aside because the browser could not read them. */
  readonly aside: number
  /**
   * Runs a transaction, which makes all of its writes or none. The transaction's body must be idempotent, because it
   * runs again after a lost connection.
   * @throws NearsideError `storage-full` | `storage-unavailable` | `storage-corrupt`, or an error of the body
   */
  transact<T>(
    tables: readonly Table[],
    access: Access,
    body: (table: Transaction) => Promise<T>,
  ): Promise<T>
  /** @throws NearsideError `storage-corrupt` if the browser can't delete the databases that were set aside */
  dropAside(): Promise<void>
  close(): void
}

export async function numberAt(table: Transaction, head: string): Promise<number | null> {
  const value = await table('heads').get(head)
  return typeof value === 'number' ? value : null
}

/**
 * Epoch: a number that rises when something is erased or forgotten. A personal model whose fit began before a rise must
 * not be stored after the rise.
 */
export const epochOf = async (table: Transaction): Promise<number> =>
  (await numberAt(table, 'epoch')) ?? 0

/** @throws NearsideError `input-invalid` with the path of the first number that is not finite */
export function requireFinite(value: unknown, path: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw invalidInput(`Not stored: ${path} is ${value}.`)
    }
  } else if (value instanceof Float32Array || value instanceof Float64Array) {
    const at = value.findIndex((x) => !Number.isFinite(x))
    if (at >= 0) throw invalidInput(`Not stored: ${path}[${at}] is ${value[at]}.`)
  } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    // Typed arrays of integers are skipped, because they can't contain NaN.
  } else if (Array.isArray(value)) {
    value.forEach((entry, i) => void requireFinite(entry, `${path}[${i}]`))
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, entry] of Object.entries(value)) requireFinite(entry, `${path}.${name}`)
  }
}

type MemoryRows = Map<Key, unknown>
export type MemoryTables = Map<Table, MemoryRows>

const byKey = ([a]: [Key, unknown], [b]: [Key, unknown]) =>
  typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1

/**
 * Database in memory, for a tab that must not or can't store anything on disk (no consent, private mode).
 * @param tables rows of all tables, e.g. copied from another database
 */
export function createMemoryDatabase(tables: MemoryTables = new Map()): Database {
  for (const table of TABLES) if (!tables.has(table)) tables.set(table, new Map())
  const alone = serially()

  /** Works on copies of the named tables, which replace the originals only if the body succeeds. */
  async function run<T>(
    names: readonly Table[],
    access: Access,
    body: (table: Transaction) => Promise<T>,
  ): Promise<T> {
    const scope = new Map(names.map((name) => [name, new Map(tables.get(name))]))
    const result = await body((table) => {
      const rows = scope.get(table)
      if (!rows) throw new Error(`table ${table} is not part of this transaction`)
      const all = () => [...rows].sort(byKey).map(([, row]) => structuredClone(row))
      const written = () => {
        if (access === 'readonly') throw new Error('a readonly transaction cannot write')
        return rows
      }
      return {
        get: async (key) => structuredClone(rows.get(key)),
        getAll: async () => all(),
        openCursor: async () => (rows.size > 0 ? { value: all().at(-1) } : null),
        async put(row, key) {
          const path = KEY_PATHS[table]
          const rowKey = path === null ? key : (row as Record<string, Key>)[path]
          if (rowKey === undefined) throw new Error(`a row of ${table} has no key`)
          written().set(rowKey, structuredClone(row))
        },
        delete: async (key) => void written().delete(key),
        clear: async () => written().clear(),
      }
    })
    if (access !== 'readonly') for (const [name, copy] of scope) tables.set(name, copy)
    return result
  }

  return {
    kind: 'memory',
    aside: 0,
    dropAside: async () => {},
    transact: (names, access, body) => alone(() => run(names, access, body)),
    close() {},
  }
}
