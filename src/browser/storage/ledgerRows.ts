/** @module Rows of the device's log, and the key pair that signs it. */
import type { Durability, Transaction } from './database.ts'
import type { Transactions } from './transactions.ts'

/** Maximum number of rows read back from the log's end, to count in them. */
const MAX_OPEN_ROWS = 32

/** Key in `heads`. It is never exported and survives an erasure, so the log continues under one key. */
export const LOG_KEYS = 'log'

export interface LedgerRow {
  readonly sequence: number
  readonly hash: string
}

/** Whether `hash` is the last entry's; null: the log is empty. */
export async function isLast(transaction: Transaction, hash: string | null): Promise<boolean> {
  const last = (await transaction.last('ledger')) as LedgerRow | undefined
  return (last?.hash ?? null) === hash
}

export const ledgerRows = ({ read, write }: Transactions) => ({
  /**
   * Adds rows, or replaces rows with the same sequence, and removes rows before `dropBefore`. False if `after` is not
   * the last entry's hash, because another tab wrote first.
   */
  appendLedger: (
    rows: readonly LedgerRow[],
    { after, dropBefore }: { readonly after: string | null; readonly dropBefore?: number },
    durability: Durability,
  ): Promise<boolean> =>
    write(
      ['ledger'],
      async (transaction) => {
        if (!(await isLast(transaction, after))) return false
        await Promise.all(rows.map((row) => transaction.put('ledger', row)))
        if (dropBefore !== undefined) {
          const kept = (await transaction.getAll('ledger')) as readonly LedgerRow[]
          const gone = kept.filter(({ sequence }) => sequence < dropBefore)
          await Promise.all(gone.map((row) => transaction.delete('ledger', row.sequence)))
        }
        return true
      },
      durability,
    ),

  /** Last rows, oldest first, as far back as they are `open`, and the row before them. */
  ledgerTail: (open: (row: unknown) => boolean): Promise<readonly unknown[]> =>
    read(['ledger'], async (transaction) => {
      const rows: LedgerRow[] = []
      let row = (await transaction.last('ledger')) as LedgerRow | undefined
      while (row !== undefined) {
        rows.unshift(row)
        if (!open(row) || rows.length > MAX_OPEN_ROWS) break
        row = (await transaction.get('ledger', row.sequence - 1)) as LedgerRow | undefined
      }
      return rows
    }),

  ledger: (): Promise<readonly unknown[]> =>
    read(['ledger'], (transaction) => transaction.getAll('ledger')),

  /** Key pair that signs the log; `made` is stored if there is none yet. */
  logKeys: (made: CryptoKeyPair | null): Promise<CryptoKeyPair | null> => {
    const known = async (transaction: Transaction) =>
      ((await transaction.get('heads', LOG_KEYS)) ?? null) as CryptoKeyPair | null
    if (made === null) return read(['heads'], known)
    return write(
      ['heads'],
      async (transaction) => {
        const kept = await known(transaction)
        if (kept === null) await transaction.put('heads', made, LOG_KEYS)
        return kept ?? made
      },
      'strict',
    )
  },
})
