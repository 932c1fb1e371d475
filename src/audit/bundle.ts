/**
 * @module Parses a device's export, a file from outside. A malformed file isn't checked further; each fault of form
 * names its entry.
 */

import type { Budget } from '@nearside/browser/contribution/budget.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import type { Settings } from '@nearside/browser/storage/settingRows.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Fault } from './finding.ts'
import { checkEntry, checkFrame } from './schema.ts'
import { parseStrictJson } from './strictJson.ts'

/** A stored fit of the personal model. The log's commitment covers all of it except the numbers. */
interface Version {
  readonly version: number
  /** Hex SHA-256 of the base model's manifest. */
  readonly base: string
  readonly u: readonly number[]
  readonly w: readonly number[]
  readonly salt?: string
  readonly checksum: string
}

export interface Bundle {
  readonly exported: number
  /** `sequence` of the last entry written before the export read the other data; −1: none. */
  readonly logged: number
  readonly base: { readonly version: string; readonly manifest: string } | null
  readonly events: readonly unknown[]
  readonly personal: { readonly current: number | null; readonly versions: readonly Version[] }
  readonly settings: Partial<
    Pick<Settings, 'checkpoints' | 'consent' | 'declared' | 'openings'>
  > & {
    readonly budget?: Pick<Budget, 'participations' | 'earlier'> | null
  }
  readonly salt: string
  readonly ledger: readonly LedgerEntry[]
}

/** A malformed file; `faults` names each part with a wrong form. */
export class MalformedBundle extends NearsideError {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('input-invalid', `The file is not a bundle: ${faults[0].message}`)
    this.faults = faults
  }
}

/** @throws MalformedBundle */
export function parseBundle(file: string | Uint8Array): Bundle {
  const faults: Fault[] = []
  const look = (entry: number | null, check: () => void) => {
    try {
      check()
    } catch (error) {
      faults.push({ check: 'format', entry, message: (error as Error).message })
    }
  }
  let value: unknown
  look(null, () => {
    value = parseStrictJson(file)
    checkFrame(value)
  })
  if (faults.length > 0) throw new MalformedBundle(faults)
  const bundle = value as Bundle
  for (const entry of bundle.ledger) look(numberOf(entry), () => checkEntry(entry))
  if (faults.length > 0) throw new MalformedBundle(faults)
  return bundle
}

function numberOf(entry: unknown): number | null {
  const sequence = isRecord(entry) ? entry.sequence : null
  return Number.isSafeInteger(sequence) && Number(sequence) >= 0 ? Number(sequence) : null
}
