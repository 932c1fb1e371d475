/**
 * @module Checks that all shoppers get the same base model and rules. A release must be signed by the shop's keys, not
 * expired, not older than the newest release seen here, and equal to any release seen with its number.
 */

import { verify } from '@nearside/aggregate/privacy/signature.ts'
import { fromBase64 } from '@nearside/core/bytes.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { SignedRelease } from '@nearside/core/model/manifest.ts'
import { KEY, nameOf, type Release, releaseMessage } from '@nearside/core/model/release.ts'
import { createReaders } from '@nearside/core/reading.ts'
import { DAY } from '@nearside/core/time.ts'

/** Keys that must sign the base model and the file of `rules`: Ed25519 public keys, base64. */
export interface ModelKeys {
  /** Publishers' keys; `nearside keys` creates one. */
  readonly publishers: readonly string[]
  /** Number of publishers' keys that must sign; default 1. */
  readonly threshold?: number
  /** Key of the helper (second aggregation server, signs one model per release); if given, it must sign each model. */
  readonly helper?: string
}

/** Milliseconds for which a release is still accepted after its expiry, because a device's clock may be fast. */
const TOLERANCE = DAY

const refuse = (what: string) => invalidInput(`modelKeys: ${what} is missing or malformed`)
const { list, object, optional, text, whole } = createReaders(refuse)
const readShape = object<ModelKeys>({
  publishers: list(text(KEY), 16),
  threshold: optional(whole(1, 16)),
  helper: optional(text(KEY)),
})

/** @throws NearsideError `input-invalid`, also for a repeated key or too few keys */
export function readModelKeys(given: unknown): ModelKeys {
  const keys = readShape(given, '')
  const { publishers, threshold = 1, helper } = keys
  if (new Set([...publishers, helper]).size <= publishers.length)
    throw refuse('a separate key for each signer')
  if (threshold > publishers.length) throw refuse('threshold')
  return keys
}

/** @throws NearsideError `model-unsigned` */
export async function requireSigned(
  latest: Release,
  { publishers, threshold = 1, helper }: ModelKeys,
): Promise<SignedRelease> {
  const { signed } = latest
  const hasSigned = async (key: string) => {
    const given = signed?.signatures.filter((one) => one.key === key) ?? []
    const message = signed && releaseMessage(latest, signed)
    const held = given.map(
      ({ signature }) => message && verify(fromBase64(key), signature, message),
    )
    return (await Promise.all(held)).includes(true)
  }
  const count = (await Promise.all(publishers.map(hasSigned))).filter(Boolean).length
  const lacks =
    count < threshold
      ? `has ${count} of the ${threshold} signatures that this shop asks for`
      : helper && !(await hasSigned(helper)) && 'is not signed by the helper'
  if (signed && !lacks) return signed
  const message = `${nameOf(latest)} ${lacks}. A browser without Ed25519 can’t check signatures.`
  throw new NearsideError('model-unsigned', message)
}

/**
 * Checks a release against the newest release seen.
 * @param newest newest release seen before, signed by the same keys; null without one
 * @param now milliseconds since the epoch, by a clock that can be wrong
 * @throws NearsideError `model-unsigned` | `model-rolled-back` | `model-forked` | `model-expired`
 */
export async function checkRelease(
  latest: Release,
  keys: ModelKeys,
  newest: Release | null,
  now: number,
): Promise<void> {
  const { release, expires } = await requireSigned(latest, keys)
  const { release: seen = 0, issued = 0 } = newest?.signed ?? {}
  const which = `${nameOf(latest)} (release ${release})`
  if (release < seen)
    throw new NearsideError(
      'model-rolled-back',
      `${which} is older than release ${seen}, seen before.`,
    )
  if (release === seen && latest.manifest !== newest?.manifest)
    throw new NearsideError(
      'model-forked',
      `${which} is not the one seen before under that number.`,
    )
  // The time of the newest signature is a lower bound of the true time.
  if (Math.max(now, issued) <= expires + TOLERANCE) return
  const day = new Date(expires).toISOString().slice(0, 10)
  throw new NearsideError(
    'model-expired',
    `${which} ended on ${day}; the shop has to publish another.`,
  )
}
