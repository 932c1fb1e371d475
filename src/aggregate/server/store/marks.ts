/**
 * @module What the databases know a report by. While its round is open, a row holds its id; what stays
 * for a period are marks (`mark.ts`), all rounds that began within a period under one salt.
 */
import { randomBytes } from 'node:crypto'
import { type Bytes, concat, fromHex, joined, toHex } from '../../../core/bytes.ts'
import { DAY } from '../../../core/time.ts'
import type { Policy } from '../../protocol/policy.ts'
import { REPORT_ID_BYTES } from '../../protocol/report.ts'
import { markOf, SALT_BYTES } from '../mark.ts'
import type { Known, Reached } from '../store.ts'
import type { RoundRow } from './rows.ts'

/** A row of `reports`, opened. */
export interface ReportRow {
  readonly mark: Uint8Array
  readonly round: number
  /** Mark of the hash of its bytes. */
  readonly body: Uint8Array
  /** Id, then the seed where there is one; null once the round takes no more. */
  readonly held: Uint8Array | null
}

/** What is recorded of a report; with no seed it is not proven, and the leader keeps none. */
export interface Recorded extends Known {
  readonly isProven: boolean
}

/** @param seed null or absent: none is kept */
export function rowOf(
  round: number,
  salt: Uint8Array,
  report: { readonly id: string; readonly bodyHash: string; readonly seed?: Uint8Array | null },
): ReportRow & { readonly held: Bytes } {
  const id = fromHex(report.id)
  const body = markOf(salt, fromHex(report.bodyHash))
  return { mark: markOf(salt, id), round, body, held: concat(id, report.seed ?? new Uint8Array()) }
}

/** @param salt that the row's marks are made with */
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

/** Ids of these rows, ascending, one after another. */
export function idsHeld(rows: readonly { readonly held: Uint8Array }[]): Bytes {
  return joined(rows.map(({ held }) => held.subarray(0, REPORT_ID_BYTES)).sort(Buffer.compare))
}

/**
 * The reports that reached a round which ended within a period.
 * @param salt empty or null once the period is over
 * @param rows of the round, by ascending mark
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

/** The seed of a row; null where it holds none. */
export function seedHeld(held: Uint8Array | null | undefined): Bytes | null {
  return held && held.length > REPORT_ID_BYTES
    ? Uint8Array.from(held.subarray(REPORT_ID_BYTES))
    : null
}

/** Milliseconds since the epoch: marks of rounds that ended by then are to be deleted. */
export const expiredBy = ({ periodDays }: Policy, now: number): number => now - periodDays * DAY

/**
 * @param newest salt of the newest round, and when the first round with it was opened
 * @param expired see `expiredBy`
 * @returns the salt of a round that is opened now
 */
export function saltFor(
  newest: { readonly salt: Uint8Array; readonly began: number } | undefined,
  expired: number,
): Uint8Array {
  return newest && newest.began > expired ? newest.salt : randomBytes(SALT_BYTES)
}
