/** @module What an auditor is told: each fault names the entry it is about. */

const CHECKS = [
  'format',
  'time',
  'request',
  'chain',
  'signatures',
  'end',
  'key',
  'earlier',
  'consent',
  'norm',
  'epsilon',
  'upload',
  'receipt',
  'report',
  'delta',
  'fit',
  'settings',
  'release',
  'checkpoint',
] as const
export type Check = (typeof CHECKS)[number]

/** A fault: something in the bundle that an honest device would not have written. */
export interface Fault {
  readonly check: Check
  /** `sequence` of the entry; null where it is about the bundle. */
  readonly entry: number | null
  readonly message: string
}

export interface Findings {
  readonly faults: Fault[]
  /** What could not be checked, and why: no fault. */
  readonly notes: string[]
}
