/** @module Transactions as the store makes them, and the few rows that several parts of it read. */
import type { Database, Durability, Table, Transaction } from './database.ts'
import { requireFinite } from './finite.ts'

export type Transactions = ReturnType<typeof createTransactions>

/** What isn't asked to be `strict` is `relaxed`. No number that isn't finite is written. */
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

/** Rises when something is erased or forgotten; a fit that began before may not be stored after. */
export const epochOf = async (transaction: Transaction): Promise<number> =>
  (await numberAt(transaction, 'epoch')) ?? 0
