/**
 * @module Database of a tab that may not store anything (private mode, storage refused). It follows the same contract
 * and ends with the tab.
 */
import { serially } from '@nearside/core/serially.ts'
import {
  type Database,
  KEY_PATHS,
  type Key,
  TABLES,
  type Table,
  type Transaction,
} from './database.ts'

type Rows = Map<Key, unknown>
export type MemoryTables = Map<Table, Rows>

const byKey = ([a]: [Key, unknown], [b]: [Key, unknown]) =>
  typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1

/** @param tables contain the rows; a copy of them is a copy of the database */
export function createMemoryDatabase(tables: MemoryTables = new Map()): Database {
  for (const table of TABLES) if (!tables.has(table)) tables.set(table, new Map())
  const alone = serially()

  /** Works on copies of the named tables, which replace the originals only if the body succeeds. */
  async function run<T>(
    names: readonly Table[],
    mode: 'readonly' | 'readwrite',
    body: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const scope = new Map<Table, Rows>(names.map((name) => [name, new Map(tables.get(name))]))
    const rows = (table: Table): Rows => {
      const found = scope.get(table)
      if (!found) throw new Error(`table ${table} is not part of this transaction`)
      return found
    }
    const written = (table: Table): Rows => {
      if (mode === 'readonly') throw new Error('a readonly transaction cannot write')
      return rows(table)
    }
    const transaction: Transaction = {
      get: async (table, key) => structuredClone(rows(table).get(key)),
      getAll: async (table) => [...rows(table)].sort(byKey).map(([, row]) => structuredClone(row)),
      last: async (table) => structuredClone([...rows(table)].sort(byKey).at(-1)?.[1]),
      put: async (table, row, key) => {
        const path = KEY_PATHS[table]
        const rowKey = path === null ? key : (row as Record<string, Key>)[path]
        if (rowKey === undefined) throw new Error(`a row of ${table} has no key`)
        written(table).set(rowKey, structuredClone(row))
      },
      delete: async (table, key) => void written(table).delete(key),
      clear: async (table) => written(table).clear(),
    }
    const result = await body(transaction)
    if (mode === 'readwrite') for (const [name, copy] of scope) tables.set(name, copy)
    return result
  }

  return {
    kind: 'memory',
    aside: 0,
    dropAside: async () => {},
    transact: (names, mode, _durability, body) => alone(() => run(names, mode, body)),
    close() {},
  }
}
