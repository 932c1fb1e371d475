/**
 * @module Compares the models that a device adopted with the releases that the helper (the second server) signed, to
 * show that the device got the same models as all others.
 */

import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { createReaders } from '@nearside/core/reading.ts'
import { parseStrictJson } from './bundle.ts'
import type { Findings } from './finding.ts'

const { list, object, text, whole } = createReaders((what) =>
  invalidInput(`Not a list of releases: ${what}`),
)
/** An entry of the helper's `/v1/models`: number and manifest of a release. */
const release = object({
  release: whole(1, Number.MAX_SAFE_INTEGER),
  manifest: text(/^[0-9a-f]{64}$/),
})
const readList = object({ releases: list(release, 10_000) })
export type ModelRelease = Readonly<ReturnType<typeof release>>

/** @throws NearsideError `input-invalid` unless the file has the form of the helper's `/v1/models` */
export const parseReleases = (file: string | Uint8Array): readonly ModelRelease[] =>
  readList(parseStrictJson(file), '').releases

/** @returns number of the log's models that are on the helper's list */
export function checkReleases(
  ledger: readonly LedgerEntry[],
  releases: readonly ModelRelease[],
  findings: Findings,
): number {
  const known = new Map(releases.map(({ release, manifest }) => [release, manifest]))
  const oldest = Math.min(...known.keys())
  let found = 0
  let unknown = 0
  for (const entry of ledger) {
    if (entry.kind !== 'model') continue
    const { release, manifest } = entry.detail
    if (known.get(Number(release)) === manifest) found++
    else if (release === undefined || Number(release) < oldest) unknown++
    else
      findings.fault(
        'release',
        entry,
        `the helper signed ${known.has(Number(release)) ? 'another model' : 'no model'} as release ${release}`,
      )
  }
  if (unknown > 0)
    findings.notes.push(`${unknown} models in the log have no release, or one older than the list.`)
  return found
}
