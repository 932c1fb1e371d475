/**
 * @module Checkpoints of the log that the aggregators keep: a report's id is a hash of the log's end
 * under a secret of the device. To who lacks the secret it is random; who has the log and the secret
 * sees what the log was when the report was made, because both aggregators keep ids for good.
 */
import { REPORT_ID_BYTES } from '../../aggregate/protocol/report.ts'
import { concat, fromBase64, fromHex, sha256, toHex, utf8 } from '../../core/bytes.ts'
import type { LedgerEntry } from './entry.ts'

/** @param secret 32 random bytes, base64. @param hash hex, of the entry that is fixed; empty for none. @returns a report's id, hex */
export async function checkpointId(secret: string, hash: string): Promise<string> {
  const bytes = concat(utf8('nearside checkpoint v1\0'), fromBase64(secret), fromHex(hash))
  return toHex((await sha256(bytes)).subarray(0, REPORT_ID_BYTES))
}

/**
 * The entry that the next report fixes: the one that the last report left with, so that who cut the log
 * off after it knows the next one's id; before the first report the last entry that no count changes.
 */
export function fixedEntry(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  const last = entries.findLast(({ kind }) => kind === 'upload')
  if (last === undefined) return entries.findLast(({ detail }) => detail.day === undefined)
  return entries.find((one) => isReport(one, last.detail.reportId))
}

const isReport = ({ kind, detail }: LedgerEntry, id: unknown) =>
  kind === 'upload' && detail.reportId === id
