/**
 * @module Ids of reports. A report's id is a hash of the round, a log entry and a secret of the device. To others an id
 * looks random. Each round has a new id, even if the browser's profile was copied. Anyone with the log and the secret
 * can recompute an id and find it in the helper's published list of the round's reports.
 */
import { REPORT_ID_BYTES } from '@nearside/aggregate/protocol/report.ts'
import type { Task } from '@nearside/aggregate/protocol/task.ts'
import { concat, fromBase64, fromHex, sha256, toHex, uint32, utf8 } from '@nearside/core/bytes.ts'
import type { LedgerEntry } from './entry.ts'

/**
 * @param secret 32 random bytes, base64
 * @param round number and policy hash (hex) of the round. The hash is new in each round, since it covers both servers'
 *   keys for the round
 * @param hash hash (hex) of the log entry that the report commits to; empty without an entry
 * @returns the id, hex
 */
export async function checkpointId(
  secret: string,
  { round, policyHash }: Pick<Task, 'round' | 'policyHash'>,
  hash: string,
): Promise<string> {
  const label = utf8('nearside checkpoint v2\0')
  const bytes = concat(
    ...[label, fromBase64(secret), fromHex(policyHash), uint32(round), fromHex(hash)],
  )
  return toHex((await sha256(bytes)).subarray(0, REPORT_ID_BYTES))
}

/**
 * Log entry that the next report's id commits to: the entry logged with the last report. If the log's end was cut off,
 * a verifier can still compute the next id and find it in the helper's list. Before the first report, the id commits to
 * the last entry that is not a daily count of requests.
 */
export function fixedEntry(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  const last = entries.findLast(({ kind }) => kind === 'upload')
  if (last === undefined) return entries.findLast(canBeFixed)
  return entries.find(
    ({ kind, detail }) => kind === 'upload' && detail.reportId === last.detail.reportId,
  )
}

/** False for entries that count requests, because each further request changes the entry's hash. */
export const canBeFixed = ({ detail }: LedgerEntry) => detail.day === undefined
