/** @module Message that a shop signs to publish a model; `manifest.ts` describes the signatures in `latest.json`. */
import { type Bytes, utf8 } from '../bytes.ts'
import { canonicalJson } from '../canonicalJson.ts'
import type { LatestModel, ReleaseTerms } from './manifest.ts'

/** Ed25519 public key in base64. */
export const KEY = /^[A-Za-z0-9+/]{43}=$/

/** Message that each key signs. */
export function releaseMessage({ version, manifest }: LatestModel, terms: ReleaseTerms): Bytes {
  const { release, issued, expires } = terms
  const said = canonicalJson({ version, manifest, release, issued, expires })
  return utf8(`nearside model v1\0${said}`)
}
