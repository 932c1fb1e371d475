/**
 * @module Ids of reports. An id is a hash of the round, of the log's end and of a secret of the device.
 * To others it is random, and another one in each round, also where a profile was copied or put back.
 * Whoever has the log and the secret computes it again, and finds it in the helper's list of the round.
 */
import { REPORT_ID_BYTES } from '../../aggregate/protocol/report.ts'
import type { Task } from '../../aggregate/protocol/task.ts'
import { concat, fromBase64, fromHex, sha256, toHex, uint32, utf8 } from '../../core/bytes.ts'
import type { LedgerEntry } from './entry.ts'

/**
 * @param secret 32 random bytes, base64
 * @param round its policy's hash, hex, is new in each round: both servers' keys of the round are in it
 * @param hash hex, of the entry that is fixed; empty for none
 * @returns a report's id, hex
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
 * The entry that the next report fixes: the one that the last report left with, so that whoever cut the
 * log off after it can compute the next id; before the first report the last entry that no count changes.
 */
export function fixedEntry(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  const last = entries.findLast(({ kind }) => kind === 'upload')
  if (last === undefined) return entries.findLast(canBeFixed)
  return entries.find(
    ({ kind, detail }) => kind === 'upload' && detail.reportId === last.detail.reportId,
  )
}

/** False for counts, which are chained anew with each request. */
export const canBeFixed = ({ detail }: LedgerEntry) => detail.day === undefined
