/**
 * @module One line of the device's log: everything that leaves, and every decision that bears on
 * it. Entries form a SHA-256 chain over canonical JSON (RFC 8785). What follows from the shopper's
 * doing is kept beside the log, where it can be erased; an entry has a salted commitment to it.
 *
 * Routine requests and their failures are counted: one entry a day and address, whose `detail` has
 * `day` (UTC), `count` and `received` (bytes of the answers); `bytesSent` is the sum of their bodies. A `fold` entry stands for the oldest
 * entries, which were removed, and the `erase` entry of everything for all before it: how many, what
 * they sent, and the hash of the last of them.
 */

/** One entry of the device’s log. */
export interface LedgerEntry {
  /** 0, 1, 2 … without gaps; the first that is kept follows the newest `fold`'s `through`. */
  readonly sequence: number
  /** Milliseconds since the epoch; of a count, when it last rose. */
  readonly time: number
  /** What happened. */
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
  /** Bytes of request bodies that left with this entry. */
  readonly bytesSent: number
  /** Hex SHA-256 of the previous entry; 64 zeros for the first. */
  readonly previous: string
  /** The log’s own Ed25519 public key, base64; absent from entries that carry no signature. */
  readonly key?: string
  /** Hex SHA-256 over the canonical JSON of this entry without `hash` and `signature`. */
  readonly hash: string
  /** Base64 Ed25519 signature over `"nearside log v1"` ‖ 0x00 ‖ hash; of entries with a `key`. */
  readonly signature?: string
}
