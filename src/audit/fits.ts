/** @module Checks that the stored personal models are those that the log commits to. */

import { commitment } from '@nearside/browser/ledger/commitment.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { concat, sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Bundle } from './bundle.ts'
import type { Findings } from './finding.ts'

/** @returns number of verified fits */
export async function checkFits(
  { versions }: Bundle['personal'],
  entries: readonly LedgerEntry[],
  { faults, notes }: Findings,
): Promise<number> {
  const logged = new Map(
    entries.filter(({ kind }) => kind === 'learn').map((one) => [one.detail.commitment, one]),
  )
  let opened = 0
  let unknown = 0
  for (const { version, u, w, salt, ...facts } of versions) {
    if (salt === undefined) {
      unknown++
      continue
    }
    const fault = (entry: number | null, message: string) =>
      faults.push({
        check: 'fit',
        entry,
        message: `version ${version} of the personal model: ${message}`,
      })
    const entry = logged.get(await commitment(salt, facts))
    const sum = await sha256Hex(concat(utf8(facts.base), float32(u), float32(w)))
    if (sum !== facts.checksum)
      fault(entry?.sequence ?? null, 'its parameters differ from those of its fit')
    else if (entry && entry.detail.base === facts.base) opened++
    else if (entry) fault(entry.sequence, 'it was fitted on another base model')
    // An honest log loses only its oldest entries.
    else if (entries[0]?.sequence > 0) unknown++
    else fault(null, 'no entry of the log commits to it')
  }
  if (unknown > 0)
    notes.push(`${unknown} versions of the personal model are older than the log’s entries.`)
  return opened
}

function float32(numbers: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * numbers.length))
  numbers.forEach((value, i) => void bytes.setFloat32(4 * i, value, true))
  return new Uint8Array(bytes.buffer)
}
