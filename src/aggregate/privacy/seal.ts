/**
 * @module Seals a share to one aggregator: HPKE base mode (RFC 9180), one message per key, DHKEM(X25519, HKDF-SHA256),
 * HKDF-SHA256, AES-128-GCM. The platform provides curve, hash and cipher; this module combines them as the RFC says.
 * Tests compare the seal with the RFC's vectors and another implementation (`vectors.test.ts`).
 */
import { type Bytes, concat, fromHex, ownBytes, utf8 } from '@nearside/core/bytes.ts'
import { hkdf } from './shares.ts'

/** Bytes of the encapsulated key, which precedes the ciphertext. */
export const ENCAPSULATED_BYTES = 32
/** Random bytes that one sealing needs. */
export const SEALING_BYTES = 32

const VERSION = utf8('HPKE-v1')
/** Suite id of DHKEM(X25519, HKDF-SHA256) alone. */
export const KEM = concat(utf8('KEM'), Uint8Array.of(0, 0x20))
/** Suite id of DHKEM(X25519, HKDF-SHA256) together with HKDF-SHA256 and AES-128-GCM. */
export const SUITE = concat(utf8('HPKE'), Uint8Array.of(0, 0x20, 0, 1, 0, 1))
export const NONE: Bytes = new Uint8Array(0)

/** Input of `LabeledExtract` (RFC 9180 §4). */
export const labelled = (suite: Bytes, label: string, material: Uint8Array): Bytes =>
  concat(VERSION, suite, utf8(label), material)

/** Info of `LabeledExpand`. @param length bytes, at most 255 */
export const labelledInfo = (suite: Bytes, label: string, info: Uint8Array, length: number) =>
  concat(Uint8Array.of(0, length), labelled(suite, label, info))

/** PKCS #8 prefix of an X25519 private key (RFC 8410); its 32 bytes follow. */
export const PKCS8 = fromHex('302e020100300506032b656e04220420')
/** Base point u = 9 of Curve25519; multiplying it by a private key gives the public key. */
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 9 : 0))

/** X25519 key agreement. Rejects a public key of small order, whose shared secret is public. */
async function agree(own: CryptoKey, other: Uint8Array): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', ownBytes(other), 'X25519', true, [])
  const algorithm = { name: 'X25519', public: key }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, own, 256))
}

/** `LabeledExtract` without a salt, under the id of the whole suite. */
async function extract(label: string, material: Uint8Array): Promise<Bytes> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  // For HMAC, a key of zeros equals an empty key, which some browsers reject.
  const zeros = new Uint8Array(32)
  const key = await crypto.subtle.importKey('raw', zeros, hmac, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign(hmac, key, labelled(SUITE, label, material)))
}

/** HKDF-Expand (RFC 5869) for at most 32 bytes, which are one block. */
async function expand(key: Bytes, info: Uint8Array, length: number): Promise<Bytes> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', key, hmac, false, ['sign'])
  const block = await crypto.subtle.sign(hmac, imported, concat(info, Uint8Array.of(1)))
  return new Uint8Array(block).slice(0, length)
}

/**
 * Sender's context (RFC 9180 §5.1.1).
 * @param random 32 bytes, used for nothing else. The ephemeral key pair is derived from these bytes (§7.1.3), so
 *   anybody who knows the bytes can repeat the sealing.
 */
export async function sealingContext(publicKey: Uint8Array, info: Uint8Array, random: Bytes) {
  const bits = labelledInfo(KEM, 'sk', NONE, 32)
  const derived = await hkdf(labelled(KEM, 'dkp_prk', random), NONE, bits, 32)
  const pkcs8 = concat(PKCS8, derived)
  const own = await crypto.subtle.importKey('pkcs8', pkcs8, 'X25519', false, ['deriveBits'])
  const [enc, secret] = await Promise.all([agree(own, BASE_POINT), agree(own, publicKey)])
  const between = labelledInfo(KEM, 'shared_secret', concat(enc, publicKey), 32)
  const shared = await hkdf(labelled(KEM, 'eae_prk', secret), NONE, between, 32)
  const hashes = [extract('psk_id_hash', NONE), extract('info_hash', info)]
  const context = concat(Uint8Array.of(0), ...(await Promise.all(hashes)))
  const derive = (label: string, length: number) =>
    hkdf(
      labelled(SUITE, 'secret', NONE),
      shared,
      labelledInfo(SUITE, label, context, length),
      length,
    )
  return {
    /**
     * Seals one message; call the function once per context.
     * @returns enc ‖ ciphertext, `ENCAPSULATED_BYTES` + 16 longer than the plaintext
     */
    async seal(plaintext: Uint8Array, aad: Uint8Array): Promise<Bytes> {
      const [key, iv] = await Promise.all([derive('key', 16), derive('base_nonce', 12)])
      const cipher = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
      const algorithm = { name: 'AES-GCM', iv, additionalData: ownBytes(aad) }
      const sealed = await crypto.subtle.encrypt(algorithm, cipher, ownBytes(plaintext))
      return concat(enc, new Uint8Array(sealed))
    },
    /** Exports a secret that the receiver also has (§5.3). @param length bytes */
    async export(label: Uint8Array, length: number): Promise<Bytes> {
      const secret = await derive('exp', 32)
      return expand(secret, labelledInfo(SUITE, 'sec', label, length), length)
    },
  }
}

export async function seal(
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  random: Bytes,
): Promise<Bytes> {
  return (await sealingContext(publicKey, info, random)).seal(plaintext, aad)
}

export async function generateSealingKeys(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey('X25519', true, ['deriveBits'])) as CryptoKeyPair
}

export async function exportSealingKeys({ publicKey, privateKey }: CryptoKeyPair) {
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    privateKey: pkcs8.slice(PKCS8.length),
  }
}
