/**
 * @module Sealing a share to one aggregator: HPKE base mode (RFC 9180),
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
 */
import {
  AEAD_AES_128_GCM,
  CipherSuite,
  DecapError,
  DeserializeError,
  type CryptoKey as HpkeKey,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  type KeyPair,
  OpenError,
  ValidationError,
} from 'hpke'
import { type Bytes, concat, ownBytes, utf8 } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import { hkdf } from './shares.ts'

/** Bytes of the encapsulated key, which stand before the ciphertext. */
export const ENCAPSULATED_BYTES = 32
/** Random bytes of one sealing. */
export const SEALING_BYTES = 32

export type SealingKeys = KeyPair<HpkeKey>

function suite(kem = KEM_DHKEM_X25519_HKDF_SHA256): CipherSuite<HpkeKey> {
  return new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_128_GCM)
}

/** The ephemeral pair is derived from 32 random bytes (RFC 9180 §7.1.3), so that who knows them can seal the same again. */
function kemWith(random: Bytes): typeof KEM_DHKEM_X25519_HKDF_SHA256 {
  return () => {
    const kem = KEM_DHKEM_X25519_HKDF_SHA256()
    const pair = (extractable: boolean) => kem.DeriveKeyPair(random, extractable)
    return { ...kem, GenerateKeyPair: pair }
  }
}

/**
 * @param random 32 bytes, used for nothing else
 * @returns enc ‖ ciphertext, `ENCAPSULATED_BYTES` + 16 longer than the plaintext
 */
export async function seal(
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  random: Bytes,
): Promise<Bytes> {
  const hpke = suite(kemWith(random))
  const key = await hpke.DeserializePublicKey(ownBytes(publicKey))
  const sealed = await hpke.Seal(key, ownBytes(plaintext), {
    info: ownBytes(info),
    aad: ownBytes(aad),
  })
  return concat(sealed.encapsulatedSecret, sealed.ciphertext)
}

/** What is wrong with the sealed bytes; all else is a fault of the machine. */
const SEAL_ERRORS = [DecapError, DeserializeError, OpenError, ValidationError]

/**
 * @throws NearsideError `report-invalid` if it was not sealed to these keys with this info and aad
 */
export async function open(
  keys: SealingKeys,
  sealed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Bytes> {
  try {
    const enc = ownBytes(sealed.slice(0, ENCAPSULATED_BYTES))
    const ciphertext = ownBytes(sealed.slice(ENCAPSULATED_BYTES))
    const options = { info: ownBytes(info), aad: ownBytes(aad) }
    return ownBytes(await suite().Open(keys, enc, ciphertext, options))
  } catch (thrown) {
    if (!SEAL_ERRORS.some((kind) => thrown instanceof kind)) throw thrown
    throw new NearsideError('report-invalid', 'The sealed share does not open', { cause: thrown })
  }
}

export function generateSealingKeys(): Promise<SealingKeys> {
  return suite().GenerateKeyPair(true)
}

export async function exportSealingKeys(keys: SealingKeys) {
  const hpke = suite()
  return {
    publicKey: ownBytes(await hpke.SerializePublicKey(keys.publicKey)),
    privateKey: ownBytes(await hpke.SerializePrivateKey(keys.privateKey)),
  }
}

export async function importSealingKeys(
  publicKey: Uint8Array,
  privateKey: Uint8Array,
): Promise<SealingKeys> {
  const hpke = suite()
  return {
    publicKey: await hpke.DeserializePublicKey(ownBytes(publicKey)),
    privateKey: await hpke.DeserializePrivateKey(ownBytes(privateKey), false),
  }
}

/**
 * 32 bytes that the owners of two sealing keys know, and nobody else: X25519, then HKDF-SHA256 over what
 * it is for.
 */
export async function sharedKey(
  own: SealingKeys,
  otherPublic: Bytes,
  info: Uint8Array,
): Promise<Bytes> {
  const other = await crypto.subtle.importKey('raw', otherPublic, 'X25519', false, [])
  const agreement = { name: 'X25519', public: other }
  const secret = await crypto.subtle.deriveBits(agreement, own.privateKey as CryptoKey, 256)
  return hkdf(new Uint8Array(secret), utf8('nearside verify v2'), info, 32)
}
