/**
 * @module Identification of reports in the databases. While its round is open, a row contains a report's id. Marks
 * (`mark.ts`) stay for a period. All rounds that began within one period share a salt.
 */
import { randomBytes } from 'node:crypto'
import { type Bytes, concat, fromHex, joined, toHex } from '../../../core/bytes.ts'
import { DAY } from '../../../core/time.ts'
import type { Policy } from '../../protocol/policy.ts'
import { REPORT_ID_BYTES } from '../../protocol/report.ts'
import { markOf, SALT_BYTES } from '../mark.ts'
import type { Known, Reached } from '../store.ts'
import type { RoundRow } from './rows.ts'

/** A decrypted row of `reports`. */
export interface ReportRow {
  readonly mark: Uint8Array
  readonly round: number
  /** Mark of the hash of the report's bytes. */
  readonly body: Uint8Array
  /** Id, then the seed if there is one; null once the round takes no more reports. */
  readonly held: Uint8Array | null
}

/** Record of a report. Without a seed its proof didn't hold; the leader stores no seeds. */
export interface Recorded extends Known {
  readonly isProven: boolean
}

/** @param seed seed to store; null or absent: none */
export function rowOf(
  round: number,
  salt: Uint8Array,
  report: { readonly id: string; readonly bodyHash: string; readonly seed?: Uint8Array | null },
): ReportRow & { readonly held: Bytes } {
  const id = fromHex(report.id)
  const body = markOf(salt, fromHex(report.bodyHash))
  return { mark: markOf(salt, id), round, body, held: concat(id, report.seed ?? new Uint8Array()) }
}

/** @param salt salt of the row's marks */
export function recordedAs(
  { body, held, ...row }: Omit<ReportRow, 'mark'>,
  salt: Uint8Array,
  round: number,
): Recorded {
  return {
    isSame: (bodyHash) =>
      row.round === round && toHex(markOf(salt, fromHex(bodyHash))) === toHex(body),
    isProven: held !== null && held.length > REPORT_ID_BYTES,
  }
}

/** Ids in these rows, ascending, concatenated. */
export function idsHeld(rows: readonly { readonly held: Uint8Array }[]): Bytes {
  return joined(rows.map(({ held }) => held.subarray(0, REPORT_ID_BYTES)).sort(Buffer.compare))
}

/**
 * Reports that reached a round which ended at most a period ago.
 * @param salt empty or null once the period is over
 * @param rows rows of the round, by ascending mark
 */
export function reachedBy(
  round: Pick<RoundRow, 'policyHash' | 'openedAt' | 'closedAt'> | undefined,
  salt: Uint8Array | null | undefined,
  rows: readonly Pick<ReportRow, 'mark'>[],
): Reached | null {
  if (!round || round.closedAt === null || !salt?.length) return null
  const { policyHash, openedAt, closedAt } = round
  const marks = joined(rows.map(({ mark }) => mark))
  return { policyHash, openedAt, closedAt, salt: Uint8Array.from(salt), marks }
}

/** Seed in a row; null where it has none. */
export function seedHeld(held: Uint8Array | null | undefined): Bytes | null {
  return held && held.length > REPORT_ID_BYTES
    ? Uint8Array.from(held.subarray(REPORT_ID_BYTES))
    : null
}

/** Milliseconds since the epoch; marks of rounds that ended by then must be deleted. */
export const expiredBy = ({ periodDays }: Policy, now: number): number => now - periodDays * DAY

/**
 * @param newest salt of the newest round, and time at which the first round with that salt opened
 * @param expired see `expiredBy`
 * @returns the salt of a round that opens now
 */
export function saltFor(
  newest: { readonly salt: Uint8Array; readonly began: number } | undefined,
  expired: number,
): Uint8Array {
  return newest && newest.began > expired ? newest.salt : randomBytes(SALT_BYTES)
}
