/**
 * @module Store of an aggregator: one interface for SQLite, which one process owns, and for PostgreSQL, which any
 * number of processes share.
 *
 * No report is stored, sealed or open. The leader adds a share to the round's accumulator in the transaction that
 * records the report's id. The helper stores the 32-byte seed of its share. When a round ends, ids, seeds, sums and
 * sealing keys are deleted. Salted hashes of the ids stay for a period, so that no report counts in two rounds
 * (`mark.ts`).
 */
import type { Bytes } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import type { Policy } from '../protocol/policy.ts'
import type { ModelRelease } from './schemas.ts'

/**
 * State of a round: open → full → exchanged → released | rejected. The helper goes from open to released.
 * `abandoned`: the round can't be finished, because its model or policy is no longer current.
 */
export type RoundState = 'open' | 'full' | 'exchanged' | 'released' | 'rejected' | 'abandoned'

export interface Verdict {
  readonly accepted: boolean
  /** Reasons for a rejection; empty when accepted. */
  readonly reasons: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
}

/** Public data of a round. */
export interface RoundSummary {
  readonly round: number
  readonly state: RoundState
  readonly policy: Policy
  /** Hash of the policy, hex. */
  readonly policyHash: string
  /** Leader: number of reports in the sum. Helper: number of stored seeds; after its release, of reports in it. */
  readonly counted: number
  /** Times of opening and of closing, milliseconds since the epoch. */
  readonly openedAt: number
  readonly closedAt: number | null
  /** Hex SHA-256 over the sorted ids of the counted reports; null before the exchange. */
  readonly idSetHash: string | null
  /** The helper's base64 signature over its share and the reports in it. */
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
  /** Id of the report, hex. */
  readonly id: string
  /** Hex SHA-256 of the received bytes: the report at the leader, its helper part at the helper. */
  readonly bodyHash: string
}

export interface CountedShare extends ReportRecord {
  readonly share: Uint32Array
  /** Nonce of the report's token, hex; absent where the policy needs none. */
  readonly token?: string
}

export interface KeptSeed extends ReportRecord {
  /**
   * Seed of the share; null where the proof doesn't hold. The id is recorded anyway, so that it is checked only
   * once.
   */
  readonly seed: Bytes | null
}

/** A report whose id is recorded. */
export interface Known {
  /** Whether it is recorded in the requested round, with this hash of its bytes (hex). */
  isSame(bodyHash: string): boolean
}

/** Reports that reached a round which takes no more. */
export interface Reached {
  /** Hash of the policy, hex. */
  readonly policyHash: string
  readonly salt: Bytes
  /** Marks of the ids under the salt, ascending, concatenated. */
  readonly marks: Bytes
  /** Times of opening and of closing, milliseconds since the epoch. */
  readonly openedAt: number
  readonly closedAt: number
}

/** Outcome of counting. `spent`: another report of the round used the same token. */
export type CountOutcome = 'counted' | 'conflict' | 'spent' | 'full' | 'closed'
export type KeepOutcome = 'kept' | 'duplicate' | 'conflict' | 'unproven'

/** Thrown where another process runs a step of the round; this process's step did not begin. */
export class StepTaken extends NearsideError {
  constructor() {
    super('storage-unavailable', 'Another process is at a step of this round; try again')
  }
}

/** Name of the setting with the sealing key of the next round. */
export const NEXT_SEALING_KEY = 'next-sealing-key'

export interface Store {
  /**
   * Runs one step of a round, exclusively among all processes of this aggregator. `openRound`, `fill`, `exchange`,
   * `release` and `close` must run inside one. They fail if the database drops the process's connection during the
   * step.
   * @throws `StepTaken` where another process runs a step
   */
  exclusively<T>(step: () => Promise<T>): Promise<T>

  setting(name: string): Promise<Bytes | null>
  /** Stores the first value for a name. @returns the stored value */
  keepSetting(name: string, value: Bytes): Promise<Bytes>

  /** Newest round in any state. */
  current(): Promise<RoundRecord | null>
  /** Rounds, newest first. */
  rounds(limit: number): Promise<readonly RoundSummary[]>
  /**
   * Opens a round and abandons an open one; removes the setting `NEXT_SEALING_KEY`. Deletes marks of rounds that
   * ended a period of the policy ago. False when another policy has this number.
   */
  openRound(
    round: number,
    policy: Policy,
    policyHash: string,
    sealingKey: Bytes,
    now: number,
  ): Promise<boolean>

  /** Number of counted reports in abandoned rounds. */
  lost(): Promise<number>

  /** Finds which of these ids are recorded, in this round or another. */
  known(round: number, ids: readonly string[]): Promise<ReadonlyMap<string, Known>>
  /** Leader: which of these tokens the round's reports have used, while it is open. */
  spent(round: number, tokens: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Leader: records ids and tokens and adds shares, at most `goal` per round. A repeated report changes nothing.
   */
  count(
    round: number,
    goal: number,
    shares: readonly CountedShare[],
  ): Promise<readonly CountOutcome[]>
  /** Helper: records ids and stores seeds. @throws NearsideError `round-closed` */
  keep(round: number, seeds: readonly KeptSeed[]): Promise<readonly KeepOutcome[]>
  /** Helper: seeds of these ids, in order; null for an id without a seed. */
  seeds(round: number, ids: readonly Uint8Array[]): Promise<readonly (Bytes | null)[]>

  /** Helper: end of a round that `reached` covers, in milliseconds since the epoch; null for others. */
  endedAt(round: number): Promise<number | null>
  /**
   * Helper: marks of all reports that reached a round. Null where it is open, unknown, or ended more than a period
   * ago.
   */
  reached(round: number): Promise<Reached | null>

  /** Leader: open → full, once `goal` reports are counted. Destroys the sealing key. */
  fill(round: number, goal: number): Promise<boolean>
  /** Leader: sum of the round's shares, and the ids in it, ascending. */
  aggregate(round: number): Promise<{ readonly ids: Bytes; readonly sum: Uint32Array }>
  /** Leader: full → exchanged. Stores both noised shares and deletes the sum. */
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
  /** Helper: open → released, once. Destroys all seeds and the sealing key. False when the round was not open. */
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
   * Helper: stores a release with a higher number than all others.
   * @returns the release stored under its number, or the highest where that number is free
   */
  keepModelRelease(release: ModelRelease): Promise<ModelRelease>

  /** Leader: ends the round. False when it had ended before. */
  close(
    round: number,
    state: 'released' | 'rejected' | 'abandoned',
    verdict: Verdict,
    now: number,
  ): Promise<boolean>
  shut(): Promise<void>
}
