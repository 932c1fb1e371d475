/**
 * @module What an aggregator keeps. One interface for SQLite, which one process has to itself, and for
 * PostgreSQL, which any number of processes share.
 *
 * No report is kept, sealed or open. The leader adds a share to the round's accumulator in the
 * transaction that records the report's id; the helper keeps the 32-byte seed that its share is made
 * from. Ids, seeds, sums and the keys that reports were sealed to are deleted when a round ends. Salted
 * hashes of the ids stay for a period, so that no report is counted in two rounds (`mark.ts`).
 */
import type { Bytes } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import type { Policy } from '../protocol/policy.ts'
import type { ModelRelease } from './schemas.ts'

/**
 * open → full → exchanged → released | rejected. The helper goes from open to released.
 * `abandoned`: a round that can't be finished, because its model or policy is no longer current.
 */
export type RoundState = 'open' | 'full' | 'exchanged' | 'released' | 'rejected' | 'abandoned'

export interface Verdict {
  readonly accepted: boolean
  /** Why not; empty when accepted. */
  readonly reasons: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
}

/** What anybody may see of a round. */
export interface RoundSummary {
  readonly round: number
  readonly state: RoundState
  readonly policy: Policy
  /** Hex. */
  readonly policyHash: string
  /** Leader: reports in the sum. Helper: reports it keeps a seed of; after its release, those in it. */
  readonly counted: number
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  readonly closedAt: number | null
  /** Hex SHA-256 over the sorted ids of the counted reports; null before the exchange. */
  readonly idSetHash: string | null
  /** The helper's signature over its share and what it is the sum of, base64. */
  readonly peerSignature: string | null
  /** Version that the release is to get. */
  readonly version: string | null
  readonly verdict: Verdict | null
}

export interface RoundRecord extends RoundSummary {
  /** Public and private half of what reports are sealed to; null once the round takes no more. */
  readonly sealingKey: Bytes | null
  /** Aggregate shares with their own noise; null before the exchange. */
  readonly ownShare: Uint32Array | null
  readonly peerShare: Uint32Array | null
}

export interface ReportRecord {
  /** Hex. */
  readonly id: string
  /** Hex SHA-256 of what came: the report at the leader, its helper part at the helper. */
  readonly bodyHash: string
}

export interface CountedShare extends ReportRecord {
  readonly share: Uint32Array
  /** Nonce of the token that it came with, hex; absent where the policy asks for none. */
  readonly token?: string
}

export interface KeptSeed extends ReportRecord {
  /** null: its proof does not hold. The id is recorded all the same, so that it's checked only once. */
  readonly seed: Bytes | null
}

/** A report whose id is recorded. */
export interface Known {
  /** Whether it is recorded in the round that was asked about, with this hash of its bytes, hex. */
  isSame(bodyHash: string): boolean
}

/** Reports of a round that takes no more. */
export interface Reached {
  /** Hex. */
  readonly policyHash: string
  readonly salt: Bytes
  /** Marks of the ids under the salt, ascending, one after another. */
  readonly marks: Bytes
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  readonly closedAt: number
}

/** `spent`: another report of the round came with this token. */
export type CountOutcome = 'counted' | 'conflict' | 'spent' | 'full' | 'closed'
export type KeepOutcome = 'kept' | 'duplicate' | 'conflict' | 'unproven'

/** Another process of this aggregator is at a step of the round; this one's did not begin. */
export class StepTaken extends NearsideError {
  constructor() {
    super('storage-unavailable', 'Another process is at a step of this round; try again')
  }
}

/** The setting that holds the sealing key of the next round. */
export const NEXT_SEALING_KEY = 'next-sealing-key'

export interface Store {
  /**
   * Runs a step of a round, alone among all processes of this aggregator; `openRound`, `fill`,
   * `exchange`, `release` and `close` belong in one. Where the database lets go of a process that is
   * at a step, these fail.
   * @throws `StepTaken` where another process is at one
   */
  exclusively<T>(step: () => Promise<T>): Promise<T>

  setting(name: string): Promise<Bytes | null>
  /** Keeps the first value that a name is given. @returns the one that is kept */
  keepSetting(name: string, value: Bytes): Promise<Bytes>

  /** The newest round, whatever its state. */
  current(): Promise<RoundRecord | null>
  /** Newest first. */
  rounds(limit: number): Promise<readonly RoundSummary[]>
  /**
   * Abandons a round that is still open; the key is `NEXT_SEALING_KEY` no more. Deletes the marks of
   * rounds that ended a period of the policy ago. False when the number is taken by another policy.
   */
  openRound(
    round: number,
    policy: Policy,
    policyHash: string,
    sealingKey: Bytes,
    now: number,
  ): Promise<boolean>

  /** Counted reports of rounds that were abandoned. */
  lost(): Promise<number>

  /** Those of these ids that were counted or kept, in this round or in another. */
  known(round: number, ids: readonly string[]): Promise<ReadonlyMap<string, Known>>
  /** Leader: which of these tokens reports of the round came with, until it takes no more. */
  spent(round: number, tokens: readonly string[]): Promise<ReadonlySet<string>>
  /** Leader: records ids and tokens and adds shares, at most `goal` a round. A counted one changes nothing. */
  count(
    round: number,
    goal: number,
    shares: readonly CountedShare[],
  ): Promise<readonly CountOutcome[]>
  /** Helper: records ids and keeps seeds. @throws NearsideError `round-closed` */
  keep(round: number, seeds: readonly KeptSeed[]): Promise<readonly KeepOutcome[]>
  /** Helper: the seeds of these ids, in order; null where there is none. */
  seeds(round: number, ids: readonly Uint8Array[]): Promise<readonly (Bytes | null)[]>

  /** Helper: when a round ended that `reached` tells of, in milliseconds since the epoch; else null. */
  endedAt(round: number): Promise<number | null>
  /** Helper: marks of all reports that reached it; null where the round is open, unknown, or over for a period. */
  reached(round: number): Promise<Reached | null>

  /** Leader: open → full, if `goal` reports are counted. The sealing key is destroyed. */
  fill(round: number, goal: number): Promise<boolean>
  /** Leader: the sum of the round's shares, and the ids that it is the sum of, ascending. */
  aggregate(round: number): Promise<{ readonly ids: Bytes; readonly sum: Uint32Array }>
  /** Leader: full → exchanged. Both noised shares are kept, the sum deleted. */
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
  /** Helper: open → released, once; every seed and the sealing key are destroyed. False when it was not open. */
  release(
    round: number,
    result: {
      readonly counted: number
      readonly idSetHash: string
      readonly ownShare: Uint32Array
    },
    now: number,
  ): Promise<boolean>
  /** Helper: releases of models that it has signed, newest first. */
  modelReleases(limit: number): Promise<readonly ModelRelease[]>
  /**
   * Helper: keeps a release whose number is above all others.
   * @returns the one that is kept under its number, or the highest where there is none
   */
  keepModelRelease(release: ModelRelease): Promise<ModelRelease>

  /** Leader: the round's end. False when it had ended before. */
  close(
    round: number,
    state: 'released' | 'rejected' | 'abandoned',
    verdict: Verdict,
    now: number,
  ): Promise<boolean>
  shut(): Promise<void>
}
