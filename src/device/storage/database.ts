/**
 * @module The little that the store asks of a database: transactions over a few tables. Two
 * implementations, `indexedDb.ts` and `memory.ts`, pass the same contract test.
 */

export const TABLES = ['events', 'heads', 'personal', 'downloads', 'ledger', 'settings'] as const
export type Table = (typeof TABLES)[number]
export type Key = string | number

/** Which property of a row is its key; null where the key is given apart. */
export const KEY_PATHS: Readonly<Record<Table, string | null>> = {
  events: 'id',
  heads: null,
  personal: 'version',
  downloads: 'key',
  ledger: 'sequence',
  settings: null,
}

/** Inside a transaction, await nothing but these: IndexedDB commits as soon as it is idle. */
export interface Transaction {
  get(table: Table, key: Key): Promise<unknown>
  /** Ascending by key. */
  getAll(table: Table): Promise<unknown[]>
  /** The row with the greatest key. */
  last(table: Table): Promise<unknown>
  put(table: Table, row: unknown, key?: Key): Promise<void>
  delete(table: Table, key: Key): Promise<void>
  clear(table: Table): Promise<void>
}

/**
 * When it resolves, `relaxed` is with the operating system and `strict` on disk. So is `disk`, where memory
 * must not stand in for that, and an `erasure`, which leaves nothing there (`worker/deviceStore.ts`).
 */
export type Durability = 'relaxed' | 'strict' | 'disk' | 'erasure'

export interface Database {
  readonly kind: 'indexeddb' | 'memory'
  /** How many databases the browser could not read, and which are kept beside this one. */
  readonly aside: number
  /**
   * All or nothing. The body must be idempotent: after a lost connection it runs again.
   * @throws NearsideError `storage-full` | `storage-unavailable` | `storage-corrupt`, or what the body threw
   */
  transact<T>(
    tables: readonly Table[],
    mode: 'readonly' | 'readwrite',
    durability: Durability,
    body: (transaction: Transaction) => Promise<T>,
  ): Promise<T>
  /**
   * Deletes what is kept beside this one.
   * @throws NearsideError `storage-corrupt` where the browser can't delete it either
   */
  dropAside(): Promise<void>
  close(): void
}
