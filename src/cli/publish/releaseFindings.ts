/** @module Checks whether devices that know earlier releases will accept a new one, and until when. */
import { checkRelease, type ModelKeys } from '@nearside/browser/learning/release.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { parseLatest } from '@nearside/core/model/manifest.ts'
import { nameOf, type Release, rulesRelease } from '@nearside/core/model/release.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Finding, findingsAbout } from './finding.ts'

/** Milliseconds before a release's expiry from which the shop is warned, so that it has time to sign again. */
const SOON = 14 * DAY

/**
 * Checks a release as every device does. Without keys, an unsigned release is refused only if `previous` is signed.
 * @throws NearsideError as `checkRelease`
 */
export async function mayFollow(
  latest: Release,
  keys: ModelKeys | undefined,
  previous: Release | null,
  now: number,
): Promise<void> {
  const publishers = [...new Set(latest.signed?.signatures.map(({ key }) => key))]
  if (keys || latest.signed) return checkRelease(latest, keys ?? { publishers }, previous, now)
  if (previous?.signed)
    throw new NearsideError(
      'model-unsigned',
      `${nameOf(latest)} is not signed, but the published one is: sign it first.`,
    )
}

/** Findings about a release that devices accept. */
export function releaseFindings(
  { signed, of }: Release,
  keys: ModelKeys | undefined,
  now: number,
): Finding[] {
  const { ok, warning } = findingsAbout('signature')
  if (!signed) return []
  const day = dayOf(signed.expires)
  const kind = of ? 'Rules release' : 'Release'
  const which = `${kind} ${signed.release}, signed by ${signed.signatures.length},`
  return [
    ...(keys ? [] : [warning(`${which} but the page names no keys: give them by --publisher.`)]),
    signed.expires - now < SOON
      ? warning(
          `${which} ends on ${day}: run nearside ${of ? 'rules sign' : 'sign'} before that day.`,
        )
      : ok(`${which} is valid until ${day}.`),
  ]
}

/**
 * Findings about the signature of a rules file. Devices check it as they check a model's, but require no signature by
 * the helper (an aggregation server).
 * @param before content of the published file; absent if no file was published
 */
export async function rulesSignature(
  content: unknown,
  keys: ModelKeys | undefined,
  now: number,
  before?: unknown,
): Promise<Finding[]> {
  const own = keys && { publishers: keys.publishers, threshold: keys.threshold }
  try {
    const release = await rulesRelease(content, parseLatest)
    const previous = await rulesRelease(before, parseLatest).catch(() => null)
    await mayFollow(release, own, previous, now)
    return releaseFindings(release, keys, now)
  } catch (thrown) {
    const { message } = NearsideError.from(thrown, 'rules-invalid', 'The rules file is not signed')
    return [findingsAbout('signature').error(`${message} Run nearside rules sign.`)]
  }
}

/**
 * Describes a signed release in one line: number, last day of validity, and signers.
 * @param keys keys that must have signed; absent: any signer is accepted and named
 * @throws NearsideError as `checkRelease`
 */
export async function releaseLine(
  latest: Release,
  keys: ModelKeys | undefined,
  now: number,
): Promise<string> {
  await mayFollow(latest, keys, null, now)
  const { release = 0, expires = 0, signatures = [] } = latest.signed ?? {}
  const by = signatures.map(({ key }) => key).join(', ')
  return `${release}, valid until ${dayOf(expires)}, signed by ${by}`
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)
