/**
 * @module Key of the log: an Ed25519 pair created in this browser and stored beside the log. The private key can't be
 * exported, so it never leaves the browser; it never signs a report.
 */
import { sign } from '@nearside/aggregate/privacy/signature.ts'
import { type Bytes, toBase64 } from '@nearside/core/bytes.ts'
import type { Store } from '../storage/store.ts'

export interface Signer {
  /** Public key, base64. */
  readonly key: string
  sign(message: Uint8Array): Promise<Bytes>
}

/** @returns null if the browser lacks Ed25519; its log is then chained but not signed */
export async function openSigner(store: Pick<Store, 'logKeys'>): Promise<Signer | null> {
  const keys = (await store.logKeys(null)) ?? (await makeKeys(store))
  if (keys === null) return null
  const key = toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)))
  return { key, sign: (message) => sign(keys, message) }
}

/** Creates the log's key pair; if another tab stored a pair first, that pair is used. */
async function makeKeys(store: Pick<Store, 'logKeys'>): Promise<CryptoKeyPair | null> {
  let made: CryptoKeyPair
  try {
    made = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  } catch {
    return null
  }
  return store.logKeys(made)
}
