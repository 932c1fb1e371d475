/** @module Rows of the personal model's versions. */
import { epochOf, numberAt, type Transactions } from './transactions.ts'

/** Number of versions of the personal model stored. */
const VERSIONS_KEPT = 3

/** Fitted personal model. The store assigns `version`. */
export interface PersonalRecord {
  readonly version: number
  /** Version of the base model of the fit; the parameters are valid for that model only. */
  readonly base: string
  readonly time: number
  readonly u: Float32Array
  readonly w: Float32Array
  readonly fusionWeight: number
  /** State of the guard after testing every event up to this fit. */
  readonly guard: unknown
  /** Time of the last event that the fit and the guard saw, milliseconds since the epoch. */
  readonly until: number
  readonly report: unknown
  /** Hex SHA-256 over u, w and base. */
  readonly checksum: string
  /** Salt of the log's commitment to this fit: 32 random bytes, base64. */
  readonly salt: string
}

export const personalRows = ({ read, write }: Transactions) => ({
  /** Stores the record as the current version and keeps the newest three; null if an erasure came in between. */
  putPersonal: (record: Omit<PersonalRecord, 'version'>, epoch: number): Promise<number | null> =>
    write(['personal', 'heads'], async (transaction) => {
      if ((await epochOf(transaction)) !== epoch) return null
      const rows = (await transaction.getAll('personal')) as readonly { version: number }[]
      const version = (rows.at(-1)?.version ?? 0) + 1
      await transaction.put('personal', { ...record, version })
      await transaction.put('heads', version, 'personal')
      for (const old of rows.slice(0, Math.max(0, rows.length - (VERSIONS_KEPT - 1)))) {
        await transaction.delete('personal', old.version)
      }
      return version
    }),

  personal: () =>
    read(['personal', 'heads'], async (transaction) => ({
      current: await numberAt(transaction, 'personal'),
      versions: await transaction.getAll('personal'),
    })),
})
