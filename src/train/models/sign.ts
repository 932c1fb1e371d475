/**
 * @module Signs published models as numbered releases, so that devices can refuse an earlier one. Keys are PEM files
 * (PKCS #8, Ed25519) outside the published folder, readable by their owner only.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify,
} from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { LatestModel, ModelSignature } from '@nearside/core/model/manifest.ts'
import { type Release, releaseMessage } from '@nearside/core/model/release.ts'
import { DAY } from '@nearside/core/time.ts'

/** Signs a model as the release after `previous`, the content of `latest.json`; null if nothing is published. */
export type SignRelease = (model: Release, previous: LatestModel | null) => Promise<LatestModel>

export interface Signer {
  readonly sign: SignRelease
  /** Whether one of the signer's keys has signed this release. */
  readonly hasSigned: (latest: LatestModel) => boolean
}

/** The helper (second aggregation server), which signs only one model per release number, in ascending order. */
export interface Cosigner {
  /** Highest release number that the helper has signed; 0 for none. */
  lastRelease(): Promise<number>
  /** @throws NearsideError `version-taken` if the helper has signed this or a later release number for another model */
  sign(latest: LatestModel): Promise<ModelSignature>
}

export interface SignerOptions {
  readonly keys: readonly KeyObject[]
  /** Validity of a release in days, at most 366. */
  readonly days: number
  /** Current time, milliseconds since the epoch. */
  readonly now: () => number
  /** Lowest release number to use, for when `latest.json` is lost. */
  readonly least?: number
  readonly cosigner?: Cosigner
}

/** Default validity of a release in days. */
export const DEFAULT_DAYS = 90
/** Number of attempts to get the helper's signature, because two publishers may use the same release number. */
const ATTEMPTS = 3

export function createSigner({ keys, days, now, least = 1, cosigner }: SignerOptions): Signer {
  const own = new Map(keys.map((key) => [publicKeyOf(key), key]))

  const sign: SignRelease = async (model, previous) => {
    const { version, manifest } = model
    for (let attempt = 1; ; attempt++) {
      const known = Math.max(previous?.signed?.release ?? 0, (await cosigner?.lastRelease()) ?? 0)
      const issued = now()
      const terms = { release: Math.max(known + 1, least), issued, expires: issued + days * DAY }
      const message = releaseMessage(model, terms)
      const signatures = [...own].map(([key, pair]) => ({
        key,
        signature: signBytes(null, message, pair).toString('base64'),
      }))
      const latest = { version, manifest, signed: { ...terms, signatures } }
      if (!cosigner) return latest
      try {
        const helper = await cosigner.sign(latest)
        return { ...latest, signed: { ...terms, signatures: [...signatures, helper] } }
      } catch (thrown) {
        const wasFirst = thrown instanceof NearsideError && thrown.code === 'version-taken'
        if (!wasFirst || attempt === ATTEMPTS) throw thrown
      }
    }
  }

  return {
    sign,
    hasSigned(latest) {
      const { signed } = latest
      if (!signed) return false
      const message = releaseMessage(latest, signed)
      return signed.signatures.some(({ key, signature }) => {
        const pair = own.get(key)
        const bytes = Buffer.from(signature, 'base64')
        return pair !== undefined && verify(null, message, createPublicKey(pair), bytes)
      })
    },
  }
}

/** Raw public key, base64. */
export function publicKeyOf(key: KeyObject): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url').toString('base64')
}

/** Creates a key file if there is none. @returns whether the file was created */
export async function makeSigningKey(file: string): Promise<boolean> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  try {
    await writeFile(file, pem, { flag: 'wx', mode: 0o600 })
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw NearsideError.from(thrown, 'storage-unavailable', `The key ${file} could not be written`)
  }
}

/**
 * @param models published folder, which must not contain the key
 * @throws NearsideError `input-invalid` if the key is no Ed25519 key, readable by others, or inside `models`
 */
export async function readSigningKey(file: string, models?: string): Promise<KeyObject> {
  if (models !== undefined && !/^\.\.($|[\\/])/.test(relative(resolve(models), resolve(file))))
    throw refuse(
      file,
      `lies in ${models}, which is published: move it elsewhere and make a new one`,
    )
  const pem = await readKeyFile(file)
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw refuse(file, 'is not a private key', cause)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refuse(file, 'is not an Ed25519 key')
  return key
}

const refuse = (file: string, why: string, cause?: unknown) =>
  invalidInput(`The key ${file} ${why}`, cause)

/** @throws NearsideError `input-invalid` if the file is unreadable, or readable by others */
export async function readKeyFile(file: string): Promise<string> {
  let mode: number
  let text: string
  try {
    mode = (await stat(file)).mode
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw refuse(file, 'can’t be read', cause)
  }
  // Windows has no such permission bits.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw refuse(file, 'can be read by others: chmod 600')
  return text
}
