/**
 * @module Interface that the store needs from a database: transactions over a few tables. Its two implementations,
 * `indexedDb.ts` and `memory.ts`, pass the same contract test.
 */

export const TABLES = ['events', 'heads', 'personal', 'downloads', 'ledger', 'settings'] as const
export type Table = (typeof TABLES)[number]
export type Key = string | number

/** Property of a row that is its key; null if the key is passed separately. */
export const KEY_PATHS: Readonly<Record<Table, string | null>> = {
  events: 'id',
  heads: null,
  personal: 'version',
  downloads: 'key',
  ledger: 'sequence',
  settings: null,
}

/** Operations of a transaction. Await nothing else inside: IndexedDB commits as soon as it is idle. */
export interface Transaction {
  get(table: Table, key: Key): Promise<unknown>
  /** All rows, ascending by key. */
  getAll(table: Table): Promise<unknown[]>
  /** The row with the greatest key. */
  last(table: Table): Promise<unknown>
  put(table: Table, row: unknown, key?: Key): Promise<void>
  delete(table: Table, key: Key): Promise<void>
  clear(table: Table): Promise<void>
}

/**
 * State of a write when it resolves: `relaxed` is with the operating system, `strict` is on disk. Two more kinds are
 * like `strict`: `disk`, for which memory is no substitute, and `erasure`, which leaves nothing on disk
 * (`worker/deviceStore.ts`).
 */
export type Durability = 'relaxed' | 'strict' | 'disk' | 'erasure'

export interface Database {
  readonly kind: 'indexeddb' | 'memory'
  /** Number of databases that the browser could not read and that were set aside. */
  readonly aside: number
  /**
   * Runs a transaction: all of its writes or none. The body must be idempotent, because it runs again after a lost
   * connection.
   * @throws NearsideError `storage-full` | `storage-unavailable` | `storage-corrupt`, or an error of the body
   */
  transact<T>(
    tables: readonly Table[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    body: (transaction: Transaction) => Promise<T>,
  ): Promise<T>
  /**
   * Deletes the databases set aside.
   * @throws NearsideError `storage-corrupt` if the browser can't delete them either
   */
  dropAside(): Promise<void>
  close(): void
}
