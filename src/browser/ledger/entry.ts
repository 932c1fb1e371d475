/**
 * @module One entry of the device's log. The log records all data that leave the device and every decision about
 * sending. Data derived from the shopper's actions are stored beside the log, where they can be erased; the entry has a
 * salted hash of them (commitment).
 *
 * Routine requests and their failures are counted in one entry per day and address. In its `detail`, `day` is the day
 * in UTC, `count` the number of requests, and `received` the number of bytes of their answers.
 *
 * A `fold` entry replaces the oldest entries, which were removed; the `erase` entry of a full erasure replaces all
 * entries before it. Both state how many entries were removed, how many bytes these record as sent, and the last hash.
 */

/** One entry of the device’s log. */
export interface LedgerEntry {
  /** Sequence number: 0, 1, 2 … without gaps. After a `fold`, the first stored entry has number `through` + 1. */
  readonly sequence: number
  /** Time in milliseconds since the epoch; in an entry that counts requests, the time of the last request. */
  readonly time: number
  /** Kind of fact that the entry records. */
  readonly kind:
    | 'request'
    | 'upload'
    | 'receipt'
    | 'consent'
    | 'model'
    | 'learn'
    | 'guard'
    | 'erase'
    | 'restore'
    | 'seed'
    | 'failure'
    | 'fold'
    | 'export'
    | 'transfer'
    | 'agent'
  /** Facts of the entry: strings, numbers and booleans only, so that the canonical form is unambiguous. */
  readonly detail: Readonly<Record<string, string | number | boolean>>
  /** Number of bytes of the request bodies that this entry records as sent. */
  readonly bytesSent: number
  /** Hex SHA-256 of the previous entry; 64 zeros for the first. */
  readonly previous: string
  /** Public Ed25519 key of the log, base64; absent from unsigned entries. */
  readonly key?: string
  /** Hex SHA-256 over the canonical JSON of this entry without `hash` and `signature`. */
  readonly hash: string
  /** Ed25519 signature over `"nearside log v1"` ‖ 0x00 ‖ hash, base64; present in entries with a `key`. */
  readonly signature?: string
}
