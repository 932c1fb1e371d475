/**
 * @module Ids of reports. An id is a hash of the round, a log entry and a secret of the device, so to others it looks
 * random, and it differs in each round. With the log and the secret, an auditor can recompute an id and find it in the
 * list of reports that the helper (aggregation server) publishes for the round.
 */
import { REPORT_ID_BYTES } from '@nearside/aggregate/protocol/report.ts'
import type { Task } from '@nearside/aggregate/protocol/task.ts'
import { concat, fromBase64, fromHex, sha256, toHex, uint32, utf8 } from '@nearside/core/bytes.ts'
import type { LedgerEntry } from './entry.ts'

/**
 * @param secret 32 random bytes, base64
 * @param hash hash (hex) of the log entry that the report commits to; empty without an entry
 * @returns the id, hex
 */
export async function checkpointId(
  secret: string,
  { round, policyHash }: Pick<Task, 'round' | 'policyHash'>,
  hash: string,
): Promise<string> {
  const label = utf8('nearside checkpoint v2\0')
  const [key, policy] = [fromBase64(secret), fromHex(policyHash)]
  const bytes = concat(label, key, policy, uint32(round), fromHex(hash))
  return toHex((await sha256(bytes)).subarray(0, REPORT_ID_BYTES))
}

/**
 * Log entry that the next report's id commits to: the entry about the last report, or, before the first report, the
 * last entry that is not a daily count of requests. So if the log's end was cut off, a verifier can compute the next id
 * from the rest, and finds the cut because that id is in the helper's list.
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
