/**
 * @module One entry of the device's log. The log records all data that leave and every decision about that. Entries
 * form a SHA-256 chain over canonical JSON (RFC 8785). Data derived from the shopper's actions are stored beside the
 * log, where they can be erased; the entry has a salted commitment to them.
 *
 * Routine requests and their failures are counted, in one entry per day and address. Its `detail` has `day` (UTC),
 * `count` and `received` (bytes of the answers); `bytesSent` is the sum of their bodies.
 *
 * A `fold` entry replaces the oldest entries, which were removed; the `erase` entry of a full erasure replaces all
 * entries before it. It states their number, the bytes they sent, and the hash of the last of them.
 */

/** One entry of the device’s log. */
export interface LedgerEntry {
  /** Sequence number: 0, 1, 2 … without gaps. The first stored entry follows the newest `fold`'s `through`. */
  readonly sequence: number
  /** Time, milliseconds since the epoch; for a count, the time of its last increase. */
  readonly time: number
  /** Kind of the entry. */
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
  /** Facts of the entry: strings, numbers and booleans only, so that the canonical form is unambiguous. */
  readonly detail: Readonly<Record<string, string | number | boolean>>
  /** Number of bytes of request bodies that left with this entry. */
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
