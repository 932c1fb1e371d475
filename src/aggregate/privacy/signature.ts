/** @module Ed25519 signatures (RFC 8032) of receipts, of messages between aggregators, and of a device's log. */
import { type Bytes, concat, fromBase64, fromHex, ownBytes, utf8 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'

export interface SigningKeys {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

/** PKCS #8 prefix of an Ed25519 private key (RFC 8410); the 32-byte seed follows. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420')

/**
 * Message that the signature of a receipt covers. Each signed message begins with its purpose, so that no signature can
 * be used for another purpose.
 */
export function receiptMessage(bodyHash: Uint8Array): Bytes {
  return concat(utf8('nearside receipt v1\0'), bodyHash)
}

/** Message that each aggregator signs about its task, so that nobody else can choose the sealing keys or the time. */
export function taskMessage(task: {
  readonly role: string
  readonly round: number
  readonly policyHash: string
  /** Aggregator's clock, in milliseconds since the epoch. */
  readonly time: number
}): Bytes {
  return utf8(`nearside task v2\0${canonicalJson(task)}`)
}

export function logMessage(hash: Uint8Array): Bytes {
  return concat(utf8('nearside log v1\0'), hash)
}

/** Message that the helper signs to publish which reports of a round reached it. @param said the list, unsigned */
export function reachedMessage(said: object): Bytes {
  return utf8(`nearside reached v2\0${canonicalJson(said)}`)
}

export function peerMessage(method: string, path: string, bodyHash: Uint8Array): Bytes {
  return concat(utf8(`nearside peer v1\0${method} ${path}\0`), bodyHash)
}

/**
 * Message that the signature of an answer covers. The message names the request, so a proxy can neither forge an answer
 * nor reuse it for another request.
 */
export function answerMessage(
  method: string,
  path: string,
  requestHash: Uint8Array,
  status: number,
  answerHash: Uint8Array,
): Bytes {
  return concat(utf8(`nearside answer v1\0${method} ${path}\0${status}\0`), requestHash, answerHash)
}

export async function generateSigningKeys(): Promise<SigningKeys> {
  return (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
}

/** Exports both keys; `privateKey` is the 32-byte seed of RFC 8032. */
export async function exportSigningKeys(keys: SigningKeys) {
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)),
    privateKey: pkcs8.slice(PKCS8_PREFIX.length),
  }
}

export async function importSigningKeys(
  publicKey: Uint8Array,
  privateKey: Uint8Array,
): Promise<SigningKeys> {
  const pkcs8 = concat(PKCS8_PREFIX, privateKey)
  return {
    publicKey: await importPublicKey(publicKey),
    privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']),
  }
}

export async function sign(
  keys: Pick<SigningKeys, 'privateKey'>,
  message: Uint8Array,
): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', keys.privateKey, ownBytes(message)))
}

/**
 * Verifies a signature; false for a wrong signature, and for a malformed key or signature.
 * @param signature bytes, or base64
 */
export async function verify(
  publicKey: Uint8Array,
  signature: Uint8Array | string,
  message: Uint8Array,
): Promise<boolean> {
  try {
    const key = await importPublicKey(publicKey)
    const bytes = typeof signature === 'string' ? fromBase64(signature) : ownBytes(signature)
    return await crypto.subtle.verify('Ed25519', key, bytes, ownBytes(message))
  } catch {
    return false
  }
}

function importPublicKey(raw: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', ownBytes(raw), 'Ed25519', true, ['verify'])
}
