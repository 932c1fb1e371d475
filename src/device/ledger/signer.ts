/**
 * @module The log's own key: an Ed25519 pair that this browser made, whose private half can be used
 * here but not be read. It is kept beside the log and goes nowhere; a report is never signed with it.
 */
import { sign } from '../../aggregate/privacy/signature.ts'
import { type Bytes, toBase64 } from '../../core/bytes.ts'
import type { Store } from '../storage/store.ts'

export interface Signer {
  /** The public key, base64. */
  readonly key: string
  sign(message: Uint8Array): Promise<Bytes>
}

/** @returns null where the browser has no Ed25519: its log is chained, and not signed */
export async function openSigner(store: Pick<Store, 'logKeys'>): Promise<Signer | null> {
  const keys = (await store.logKeys(null)) ?? (await makeKeys(store))
  if (keys === null) return null
  const key = toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)))
  return { key, sign: (message) => sign(keys, message) }
}

/** Another tab may have been first: its pair is the log's, then. */
async function makeKeys(store: Pick<Store, 'logKeys'>): Promise<CryptoKeyPair | null> {
  let made: CryptoKeyPair
  try {
    made = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  } catch {
    return null
  }
  return store.logKeys(made)
}
