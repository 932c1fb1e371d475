/**
 * @module Signs what is published, as a release that devices compare with those before. Keys are PEM
 * files (PKCS #8, Ed25519) that only their owner can read, outside of what is published.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify,
} from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { NearsideError } from '../core/error.ts'
import type { LatestModel, ModelSignature } from '../core/model/manifest.ts'
import { releaseMessage } from '../core/model/release.ts'
import { DAY } from '../core/time.ts'
import { readKeyFile } from './keyFile.ts'

/**
 * Makes a release of a model, under a number above that of `previous`.
 * @param previous what `latest.json` says now; null where there is none
 */
export type SignRelease = (model: LatestModel, previous: LatestModel | null) => Promise<LatestModel>

export interface Signer {
  readonly sign: SignRelease
  /** Whether one of the signer's keys has signed this one. */
  readonly hasSigned: (latest: LatestModel) => boolean
}

/** The helper, which signs one model a release, in rising order. */
export interface Cosigner {
  /** The highest release that it has signed; 0 for none. */
  lastRelease(): Promise<number>
  /** @throws NearsideError `version-taken` where another publisher was first */
  sign(latest: LatestModel): Promise<ModelSignature>
}

export interface SignerOptions {
  readonly keys: readonly KeyObject[]
  /** How long a release holds, at most 366. */
  readonly days: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** The lowest number to give, where those before are lost. */
  readonly least?: number
  readonly cosigner?: Cosigner
}

/** How long a release holds unless the operator says otherwise. */
export const DEFAULT_DAYS = 90
/** Two publishers may ask the helper at once; a third is a fault. */
const ATTEMPTS = 3

export function createSigner({ keys, days, now, least = 1, cosigner }: SignerOptions): Signer {
  const own = new Map(keys.map((key) => [publicKeyOf(key), key]))

  const sign: SignRelease = async ({ version, manifest }, previous) => {
    for (let attempt = 1; ; attempt++) {
      const known = Math.max(previous?.signed?.release ?? 0, (await cosigner?.lastRelease()) ?? 0)
      const issued = now()
      const terms = { release: Math.max(known + 1, least), issued, expires: issued + days * DAY }
      const message = releaseMessage({ version, manifest }, terms)
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

/** Base64. */
export function publicKeyOf(key: KeyObject): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url').toString('base64')
}

/** Makes a key where there is none yet. @returns whether it was made */
export async function makeSigningKey(file: string): Promise<boolean> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  try {
    await writeFile(file, pem, { flag: 'wx', mode: 0o600 })
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw NearsideError.from(thrown, 'storage-unavailable', 'The key was not written')
  }
}

/**
 * @param models where nothing must lie that is not for everybody
 * @throws NearsideError `input-invalid` for what is no Ed25519 key, or is not kept as one
 */
export async function readSigningKey(file: string, models?: string): Promise<KeyObject> {
  const refuse = (why: string, cause?: unknown) =>
    new NearsideError('input-invalid', `The key ${file} ${why}`, { cause })
  if (models !== undefined && !/^\.\.($|[\\/])/.test(relative(resolve(models), resolve(file))))
    throw refuse(`lies in ${models}, which is published: move it elsewhere and make a new one`)
  const pem = await readKeyFile(file)
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw refuse('is no private key', cause)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refuse('is not one of Ed25519')
  return key
}
