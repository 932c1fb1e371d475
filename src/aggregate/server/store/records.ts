/** @module Records that an aggregator's store (`store.ts`) gets and returns. */
import type { Bytes } from '@nearside/core/bytes.ts'
import type { Policy } from '../../protocol/policy.ts'

/**
 * State of a round: open → full → exchanged → released | rejected. The helper goes from open to released.
 * `abandoned`: the round can't be finished, because its model or policy is no longer current.
 */
export type RoundState = 'open' | 'full' | 'exchanged' | 'released' | 'rejected' | 'abandoned'

export interface Verdict {
  readonly accepted: boolean
  readonly reasons: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
}

export interface RoundSummary {
  readonly round: number
  readonly state: RoundState
  readonly policy: Policy
  readonly policyHash: string
  /**
   * At the leader, number of reports in the sum; at the helper, of stored seeds, and after the release, of summed
   * reports.
   */
  readonly counted: number
  /** Time of opening, milliseconds since the epoch. */
  readonly openedAt: number
  /** Time of closing, milliseconds since the epoch; null while the round is open. */
  readonly closedAt: number | null
  /** Hex SHA-256 over the sorted ids of the counted reports; null before the exchange. */
  readonly idSetHash: string | null
  /** The helper's signature over the helper's share and the reports in that share, base64. */
  readonly peerSignature: string | null
  /** Version name of the model that this round releases. */
  readonly version: string | null
  readonly verdict: Verdict | null
}

export interface RoundRecord extends RoundSummary {
  /** Public and private half of the round's sealing key; null once the round takes no more reports. */
  readonly sealingKey: Bytes | null
  /** Aggregate shares, each with its aggregator's noise; null before the exchange. */
  readonly ownShare: Uint32Array | null
  readonly peerShare: Uint32Array | null
}

export interface ReportRecord {
  readonly id: string
  /** Hex SHA-256 of the received bytes: at the leader, the report; at the helper, the report's part for the helper. */
  readonly bodyHash: string
}

export interface CountedShare extends ReportRecord {
  readonly share: Uint32Array
  /** Nonce of the report's token, hex; absent if the policy needs no token. */
  readonly token?: string
}

export interface KeptSeed extends ReportRecord {
  /**
   * Seed of the share; null if the proof doesn't hold. The id is recorded even then, so that the report is checked only
   * once.
   */
  readonly seed: Bytes | null
}

export interface Known {
  /** Whether the report is recorded in the requested round, with this hash of its bytes (hex). */
  isSame(bodyHash: string): boolean
  /** Whether the report's seed is stored. A report without a seed had an invalid proof; the leader stores no seeds. */
  readonly isProven: boolean
}

/** Reports that reached the helper in a round that has ended. */
export interface Reached {
  readonly policyHash: string
  readonly salt: Bytes
  /** Marks (salted hashes of the reports' ids), ascending, concatenated. */
  readonly marks: Bytes
  readonly openedAt: number
  readonly closedAt: number
}

/** Outcome of counting. `spent`: another report of the round used the same token. */
export type CountOutcome = 'counted' | 'conflict' | 'spent' | 'full' | 'closed'
export type KeepOutcome = 'kept' | 'duplicate' | 'conflict' | 'unproven'
