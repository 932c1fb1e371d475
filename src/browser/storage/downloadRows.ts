/** @module Last downloads of the base model, the catalog and the shop's rules. */
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Transactions } from './transactions.ts'

/** Last verified bytes of a download, and data computed from these bytes only. */
export interface Download {
  readonly key: 'model' | 'release' | 'catalog' | 'rules' | 'new-items'
  readonly version: string
  readonly url: string
  readonly time: number
  readonly files: Readonly<Record<string, Uint8Array>>
}

export const downloadRows = ({ read, write }: Transactions) => ({
  async download(key: Download['key']): Promise<Download | null> {
    const row = await read(['downloads'], (transaction) => transaction.get('downloads', key))
    return isDownload(row) ? row : null
  },

  putDownload: (download: Download): Promise<void> =>
    write(['downloads'], (transaction) => transaction.put('downloads', download)),
})

function isDownload(value: unknown): value is Download {
  if (!isRecord(value)) return false
  const { version, files } = value
  return (
    typeof version === 'string' &&
    isRecord(files) &&
    Object.values(files).every((file) => file instanceof Uint8Array)
  )
}
