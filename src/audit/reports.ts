/**
 * @module Recreates each report from the device's stored data, by the same code, and compares every bit: clipping,
 * rounding, shares, seals, the body's hash, the commitment.
 */
import { replayed } from '@nearside/aggregate/privacy/randomBytes.ts'
import { parsePolicy, policyHash } from '@nearside/aggregate/protocol/policy.ts'
import { makeReport, type Opening } from '@nearside/browser/contribution/makeReport.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { concat, fromBase64, sha256Hex } from '@nearside/core/bytes.ts'
import type { Findings } from './finding.ts'

/** @returns number of reports that were recreated, identical to the last bit */
export async function checkReports(
  kept: readonly Opening[],
  {
    reports,
    receipts,
  }: {
    readonly reports: ReadonlyMap<string, LedgerEntry>
    readonly receipts: readonly LedgerEntry[]
  },
  findings: Findings,
): Promise<number> {
  let remade = 0
  let unsent = 0
  for (const opening of kept) {
    const entry = reports.get(opening.reportId)
    if (!entry) {
      unsent++
      continue
    }
    const wrong = await compare(opening, entry, receipts).catch((error: Error) => error.message)
    if (wrong === null) remade++
    else findings.fault('report', entry, wrong)
  }
  if (unsent > 0)
    findings.notes.push(
      `${unsent} stored updates belong to no entry: never sent, or their entries were removed.`,
    )
  const closed = reports.size - kept.length + unsent
  if (closed > 0)
    findings.notes.push(
      `${closed} reports can’t be recomputed: forgotten since, or older than the last twelve.`,
    )
  return remade
}

/** @returns null if both reports are the same; otherwise the difference */
async function compare(
  opening: Opening,
  { detail, bytesSent }: LedgerEntry,
  receipts: readonly LedgerEntry[],
): Promise<string | null> {
  const { delta, random, round, policy: given } = opening
  const committed = concat(fromBase64(opening.salt), fromBase64(opening.update))
  if ((await sha256Hex(committed)) !== detail.commitment)
    return 'the stored update is not the one that the log commits to'
  const policy = parsePolicy(given)
  const hash = await policyHash(policy)
  if (hash !== detail.policyHash) return 'the stored policy is not the one that was agreed on'
  const made = await makeReport(
    delta,
    { policy, round, policyHash: hash },
    replayed(fromBase64(random)),
  )
  const differs = Object.entries(made.detail).find(([name, value]) => detail[name] !== value)
  if (differs) return `made again, its ${differs[0]} is ${differs[1]}, not ${detail[differs[0]]}`
  if (detail.delta !== policy.delta) return `its δ is not the policy’s, ${policy.delta}`
  if (made.body.length !== bytesSent || (await sha256Hex(made.body)) !== detail.sha256)
    return 'made again, it has other bytes'
  if (made.opening.random !== random)
    return 'more random bytes are stored than the report was made with'
  const ofAnotherKey = ({ detail: { id, key } }: LedgerEntry) =>
    id === opening.reportId && key !== policy.leader.signing
  if (receipts.some(ofAnotherKey))
    return 'its receipt is signed by another key than the policy’s leader'
  return null
}
