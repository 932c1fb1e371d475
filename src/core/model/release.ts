/** @module Message that a shop signs to publish a model (`latest.json`) or its rules. Both files have a field `signed`. */
import { type Bytes, sha256Hex, utf8 } from '../bytes.ts'
import { canonicalJson } from '../canonicalJson.ts'
import { isRecord } from '../isRecord.ts'
import type { LatestModel, ReleaseTerms } from './manifest.ts'

/** Ed25519 public key in base64. */
export const KEY = /^[A-Za-z0-9+/]{43}=$/

/** A published model, or a rules file; for a rules file `manifest` is the hash of its content without `signed`. */
export interface Release extends LatestModel {
  readonly of?: 'rules'
}

/** Message that each key signs. It begins with its purpose, so that no signature serves another purpose. */
export function releaseMessage({ version, manifest, of }: Release, terms: ReleaseTerms): Bytes {
  const { release, issued, expires } = terms
  const said = canonicalJson({ version, manifest, release, issued, expires })
  return utf8(`nearside ${of ?? 'model'} v1\0${said}`)
}

/**
 * Reads the release of a rules file, whose hash doesn't depend on spaces or the order of its fields.
 * @param parse `parseLatest`; a parameter, because devices load this module without that parser
 */
export async function rulesRelease(
  content: unknown,
  parse: (latest: LatestModel) => LatestModel,
): Promise<Release> {
  const { signed, ...said } = isRecord(content) ? content : { rules: content }
  const manifest = await sha256Hex(utf8(canonicalJson(said)))
  const latest = { version: 'rules', manifest, signed } as LatestModel
  return { ...parse(latest), of: 'rules' }
}

export const nameOf = ({ version, of }: Release): string =>
  of ? 'The rules file' : `Base model ${version}`
