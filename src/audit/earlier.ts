/**
 * @module Checks that a log continues an earlier export of the same browser. That reveals truncation and rewriting.
 */
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { standsForOthers } from '@nearside/browser/ledger/removed.ts'
import type { Bundle } from './bundle.ts'
import type { Findings } from './finding.ts'

export function checkEarlier(now: Bundle, before: Bundle, { faults, notes }: Findings): void {
  const fault = (entry: LedgerEntry | undefined, message: string) =>
    faults.push({ check: 'earlier', entry: entry?.sequence ?? null, message })
  const last = before.ledger.at(-1)
  if (!last) return
  const end = now.ledger.at(-1)
  if (!end || end.sequence < last.sequence) {
    fault(end, `the log ends before entry ${last.sequence}, the last of the earlier export`)
    return
  }
  const same = now.ledger.find(({ sequence }) => sequence === last.sequence)
  const removed = now.ledger.findLast(standsForOthers)
  if (same) {
    if (same.hash !== last.hash) fault(same, 'the earlier export has another entry of this number')
  } else if (Number(removed?.detail.through) === last.sequence) {
    if (removed?.detail.hash !== last.hash)
      fault(removed, 'the earlier export ended with another hash')
  } else if (removed && Number(removed.detail.through) > last.sequence) {
    notes.push(
      'The last entry of the earlier export was removed since: only the key can be compared.',
    )
  }
  if (last.key !== undefined && end.key !== last.key)
    fault(end, 'the earlier export was signed by another key')
}
