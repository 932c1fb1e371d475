/**
 * @module What an aggregator keeps. One interface, so that a bigger database can take SQLite's place.
 *
 * No method can return a single update: a share is added to the round's accumulator in the same
 * transaction that records its report id, and is never stored by itself. What waits at the leader
 * for the helper's answer is the report as it came, sealed.
 */
import type { Bytes } from '../../core/bytes.ts'
import type { Policy } from '../protocol/policy.ts'

/**
 * open → sealed → exchanged → released | rejected. The helper goes from open to released.
 * `abandoned`: a round that can't be finished, because its model or policy is no longer current.
 */
export type RoundState = 'open' | 'sealed' | 'exchanged' | 'released' | 'rejected' | 'abandoned'

export interface Verdict {
  readonly accepted: boolean
  /** Why not; empty when accepted. */
  readonly reasons: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
}

export interface RoundRecord {
  readonly round: number
  readonly state: RoundState
  readonly policy: Policy
  /** Hex. */
  readonly policyHash: string
  readonly counted: number
  /** Reports at the leader that the helper has not answered for. */
  readonly pending: number
  readonly refused: number
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  readonly closedAt: number | null
  /** Hex SHA-256 over the sorted ids of the counted reports; null before the exchange. */
  readonly idSetHash: string | null
  /** Aggregate shares with their own noise; null before the exchange. */
  readonly ownShare: Uint32Array | null
  readonly peerShare: Uint32Array | null
  /** The helper's signature over its share and what it is the sum of, base64. */
  readonly peerSignature: string | null
  /** Version that the release is to get. */
  readonly version: string | null
  readonly verdict: Verdict | null
}

export interface StagedReport {
  /** Hex. */
  readonly id: string
  /** Hex SHA-256 of `body`. */
  readonly bodyHash: string
  /** The report as it came. */
  readonly body: Bytes
}

export interface CountedShare {
  readonly id: string
  readonly bodyHash: string
  readonly share: Uint32Array
}

/** What the store knows of a report id. */
export type KnownReport = {
  readonly state: 'pending' | 'counted' | 'refused'
  readonly bodyHash: string
}

export type StageOutcome = KnownReport['state'] | 'conflict' | 'full' | 'closed'

export interface Aggregate {
  readonly counted: number
  readonly idSetHash: string
  readonly sum: Uint32Array
}

export interface Store {
  setting(name: string): Promise<Bytes | null>
  putSetting(name: string, value: Bytes): Promise<void>

  /** The newest round, whatever its state. */
  current(): Promise<RoundRecord | null>
  /** Newest first. */
  rounds(limit: number): Promise<readonly RoundRecord[]>
  /** Abandons a round that is still open. False when the number is taken by another policy. */
  openRound(round: number, policy: Policy, policyHash: string, now: number): Promise<boolean>

  /** Counted reports of rounds that were abandoned. */
  lost(): Promise<number>

  report(round: number, id: string): Promise<KnownReport | null>
  /** Leader: keeps the sealed reports, at most `goal` a round. One outcome each, in order. */
  stage(
    round: number,
    goal: number,
    reports: readonly StagedReport[],
  ): Promise<readonly StageOutcome[]>
  pending(round: number): Promise<readonly StagedReport[]>
  /** Leader: adds the shares of pending reports and forgets their bodies. A counted one changes nothing. */
  count(round: number, shares: readonly Omit<CountedShare, 'bodyHash'>[]): Promise<void>
  /** Leader: the helper can't open these. */
  refuse(round: number, ids: readonly string[]): Promise<void>
  /** Helper: records and adds at once. */
  take(
    round: number,
    shares: readonly CountedShare[],
  ): Promise<readonly ('counted' | 'duplicate' | 'conflict' | 'closed')[]>

  /** Leader: open → sealed, if `goal` reports are counted and none is pending. */
  seal(round: number, goal: number): Promise<boolean>
  /** The sum of the round's shares and what it is the sum of. */
  aggregate(round: number): Promise<Aggregate>
  /** Leader: sealed → exchanged. Both noised shares are kept, the sum deleted. */
  exchange(
    round: number,
    result: {
      readonly idSetHash: string
      readonly ownShare: Uint32Array
      readonly peerShare: Uint32Array
      readonly peerSignature: string
      readonly version: string
    },
  ): Promise<void>
  /** Helper: open → released, once. False when it was not open or has counted another one since. */
  release(
    round: number,
    result: Omit<Aggregate, 'sum'> & { readonly ownShare: Uint32Array },
    now: number,
  ): Promise<boolean>
  /** Leader: the round's end. */
  close(
    round: number,
    state: 'released' | 'rejected' | 'abandoned',
    verdict: Verdict,
    now: number,
  ): Promise<void>
  shut(): void
}
