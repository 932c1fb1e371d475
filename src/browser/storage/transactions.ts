/**
 * @module Transactions of the store, and rows that several of its parts read. They refuse to write NaN and infinity.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { Database, Durability, Table, Transaction } from './database.ts'

export type Transactions = ReturnType<typeof createTransactions>

/** Creates the store's transactions. Their durability is `relaxed` by default, and they write finite numbers only. */
export function createTransactions(database: Database) {
  return {
    read: <T>(tables: readonly Table[], body: (transaction: Transaction) => Promise<T>) =>
      database.transact(tables, 'readonly', 'relaxed', body),
    write: <T>(
      tables: readonly Table[],
      body: (transaction: Transaction) => Promise<T>,
      durability: Durability = 'relaxed',
    ) =>
      database.transact(tables, 'readwrite', durability, (transaction) =>
        body({
          ...transaction,
          put(table, row, key) {
            requireFinite(row, table)
            return transaction.put(table, row, key)
          },
        }),
      ),
  }
}

export async function numberAt(transaction: Transaction, head: string): Promise<number | null> {
  const value = await transaction.get('heads', head)
  return typeof value === 'number' ? value : null
}

/** Epoch: rises when something is erased or forgotten. A fit that began before may not be stored after. */
export const epochOf = async (transaction: Transaction): Promise<number> =>
  (await numberAt(transaction, 'epoch')) ?? 0

/** @throws NearsideError `input-invalid` with the path of the first number that is not finite */
function requireFinite(value: unknown, path: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new NearsideError('input-invalid', `Not stored: ${path} is ${value}.`)
    }
  } else if (value instanceof Float32Array || value instanceof Float64Array) {
    const at = value.findIndex((x) => !Number.isFinite(x))
    if (at >= 0)
      throw new NearsideError('input-invalid', `Not stored: ${path}[${at}] is ${value[at]}.`)
  } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    // Bytes and integers can't be NaN.
  } else if (Array.isArray(value)) {
    value.forEach((entry, i) => void requireFinite(entry, `${path}[${i}]`))
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, entry] of Object.entries(value)) requireFinite(entry, `${path}.${name}`)
  }
}
