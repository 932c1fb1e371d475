/** @module Results for an auditor: faults, each with its log entry, and checks that could not be made. */
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'

export type Check =
  | 'format'
  | 'time'
  | 'request'
  | 'chain'
  | 'signatures'
  | 'end'
  | 'key'
  | 'earlier'
  | 'consent'
  | 'norm'
  | 'epsilon'
  | 'upload'
  | 'receipt'
  | 'report'
  | 'delta'
  | 'fit'
  | 'settings'
  | 'release'
  | 'checkpoint'

/** Fault: content of the bundle that an honest device would not have written. */
export interface Fault {
  readonly check: Check
  /** `sequence` of the entry; null if the fault concerns the whole bundle. */
  readonly entry: number | null
  readonly message: string
}

export class Findings {
  readonly faults: Fault[] = []
  /** Checks that could not be made, with the reason. A check that could not be made is no fault. */
  readonly notes: string[] = []

  fault(check: Check, entry: LedgerEntry | null | undefined, message: string): void {
    this.faults.push({ check, entry: entry?.sequence ?? null, message })
  }
}
