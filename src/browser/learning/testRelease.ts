/** @module Signed releases for tests. */
import {
  exportSigningKeys,
  generateSigningKeys,
  type SigningKeys,
  sign,
} from '@nearside/aggregate/privacy/signature.ts'
import { toBase64 } from '@nearside/core/bytes.ts'
import { type LatestModel, parseLatest, type ReleaseTerms } from '@nearside/core/model/manifest.ts'
import { type Release, releaseMessage, rulesRelease } from '@nearside/core/model/release.ts'

export interface TestKey {
  readonly keys: SigningKeys
  /** Public key, base64. */
  readonly key: string
}

export async function newKey(): Promise<TestKey> {
  const keys = await generateSigningKeys()
  return { keys, key: toBase64((await exportSigningKeys(keys)).publicKey) }
}

export async function signedBy(
  latest: Release,
  terms: ReleaseTerms,
  ...by: readonly TestKey[]
): Promise<LatestModel> {
  const message = releaseMessage(latest, terms)
  const signatures = await Promise.all(
    by.map(async ({ keys, key }) => ({ key, signature: toBase64(await sign(keys, message)) })),
  )
  return { ...latest, signed: { ...terms, signatures } }
}

/** Creates the content of a signed rules file. */
export async function signedRules<T extends object>(
  content: T,
  terms: ReleaseTerms,
  ...by: readonly TestKey[]
) {
  const { signed } = await signedBy(await rulesRelease(content, parseLatest), terms, ...by)
  return { ...content, signed }
}
