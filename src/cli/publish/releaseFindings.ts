/** @module Checks whether devices will accept a release after those they have seen, and until when. */

import { checkRelease, type ModelKeys } from '@nearside/browser/learning/release.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Finding, findingsAbout } from './finding.ts'

/** Milliseconds before a release's expiry from which a warning is given, so that there is time to sign again. */
const SOON = 14 * DAY

/**
 * Checks a release as every device does. Without keys, no unsigned release may follow a signed one.
 * @throws NearsideError as `checkRelease`
 */
export async function mayFollow(
  latest: LatestModel,
  keys: ModelKeys | undefined,
  previous: LatestModel | null,
  now: number,
): Promise<void> {
  const publishers = [...new Set(latest.signed?.signatures.map(({ key }) => key))]
  if (keys || latest.signed) return checkRelease(latest, keys ?? { publishers }, previous, now)
  if (previous?.signed)
    throw new NearsideError(
      'model-unsigned',
      `The published models are signed, but version ${latest.version} is not: run nearside sign first.`,
    )
}

/** Findings about a release that devices accept. */
export function releaseFindings(
  { signed }: LatestModel,
  keys: ModelKeys | undefined,
  now: number,
): Finding[] {
  const { ok, warning } = findingsAbout('signature')
  if (!signed) return []
  const day = dayOf(signed.expires)
  const which = `Release ${signed.release}, signed by ${signed.signatures.length},`
  return [
    ...(keys ? [] : [warning(`${which} but the page names no keys: give them by --publisher.`)]),
    signed.expires - now < SOON
      ? warning(`${which} ends on ${day}: run nearside sign before that day.`)
      : ok(`${which} is valid until ${day}.`),
  ]
}

/**
 * Describes a signed release in one line: number, end and signers.
 * @param keys keys that must have signed; absent: any signer is accepted and named
 * @throws NearsideError as `checkRelease`
 */
export async function releaseLine(
  latest: LatestModel,
  keys: ModelKeys | undefined,
  now: number,
): Promise<string> {
  await mayFollow(latest, keys, null, now)
  const { release = 0, expires = 0, signatures = [] } = latest.signed ?? {}
  const by = signatures.map(({ key }) => key).join(', ')
  return `${release}, valid until ${dayOf(expires)}, signed by ${by}`
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)
