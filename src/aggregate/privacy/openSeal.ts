/**
 * @module Opens data sealed to an aggregator, the counterpart of `privacy/seal.ts`. Node's own cryptography needs a
 * third of WebCrypto's time for short data.
 */
import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { type Bytes, concat, ownBytes } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { ENCAPSULATED_BYTES, KEM, labelled, labelledInfo, NONE, PKCS8, SUITE } from './seal.ts'

const TAG_BYTES = 16

export interface OpeningKeys {
  /** X25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

/** @param privateKey 32 bytes, the private half that belongs to `publicKey` */
export function importOpeningKeys(publicKey: Uint8Array, privateKey: Uint8Array): OpeningKeys {
  const key = Buffer.concat([PKCS8, privateKey])
  return { publicKey, privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }) }
}

/** X25519 key agreement. @throws Error for a public key of small order, whose shared secret is public */
export function agree(privateKey: KeyObject, other: Uint8Array): Buffer {
  // The key is given as JWK, because OpenSSL needs ten times as long for DER.
  const key = { kty: 'OKP', crv: 'X25519', x: Buffer.from(other).toString('base64url') }
  const publicKey = createPublicKey({ key, format: 'jwk' })
  return diffieHellman({ privateKey, publicKey })
}

function extract(suite: Bytes, salt: Uint8Array, label: string, material: Uint8Array): Buffer {
  return createHmac('sha256', salt)
    .update(labelled(suite, label, material))
    .digest()
}

/** HKDF-Expand for at most 32 bytes, which are one block. */
function expand(
  suite: Bytes,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Buffer {
  const message = concat(labelledInfo(suite, label, info, length), Uint8Array.of(1))
  return createHmac('sha256', key).update(message).digest().subarray(0, length)
}

/** Key schedule context of base mode, without a pre-shared key (RFC 9180 §5.1). */
function scheduleContext(info: Uint8Array): Bytes {
  const [id, own] = [
    extract(SUITE, NONE, 'psk_id_hash', NONE),
    extract(SUITE, NONE, 'info_hash', info),
  ]
  return concat(Uint8Array.of(0), id, own)
}

/**
 * Receiver's context of one message (RFC 9180 §5.1.1).
 * @throws NearsideError `report-invalid`, from here or from `open`, unless the message was sealed to these keys with
 * this `info` and this `aad`
 */
export function openingContext(keys: OpeningKeys, sealed: Uint8Array, info: Uint8Array) {
  const { publicKey, privateKey } = keys
  const enc = sealed.subarray(0, ENCAPSULATED_BYTES)
  const text = sealed.subarray(ENCAPSULATED_BYTES, -TAG_BYTES)
  if (sealed.length < ENCAPSULATED_BYTES + TAG_BYTES)
    throw new NearsideError('report-invalid', 'The sealed share is too short')
  const agreed = refusing(() => agree(privateKey, enc))
  const shared = expand(
    KEM,
    extract(KEM, NONE, 'eae_prk', agreed),
    'shared_secret',
    concat(enc, publicKey),
    32,
  )
  const secret = extract(SUITE, shared, 'secret', NONE)
  const context = scheduleContext(info)
  return {
    open(aad: Uint8Array): Bytes {
      const cipher = createDecipheriv(
        'aes-128-gcm',
        expand(SUITE, secret, 'key', context, 16),
        expand(SUITE, secret, 'base_nonce', context, 12),
      )
      cipher.setAAD(aad)
      cipher.setAuthTag(sealed.subarray(-TAG_BYTES))
      const plain = cipher.update(text)
      refusing(() => cipher.final())
      return ownBytes(plain)
    },
    /** Exports a secret that the sender also has (RFC 9180 §5.3). @param length bytes, at most 32 */
    export(label: Uint8Array, length: number): Bytes {
      const exporter = expand(SUITE, secret, 'exp', context, 32)
      return ownBytes(expand(SUITE, exporter, 'sec', label, length))
    },
  }
}

export function openSeal(
  keys: OpeningKeys,
  sealed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Bytes {
  return openingContext(keys, sealed, info).open(aad)
}

/** Runs one step of opening a sealed share. @throws NearsideError `report-invalid` if the step throws */
function refusing<T>(step: () => T): T {
  try {
    return step()
  } catch (cause) {
    throw new NearsideError('report-invalid', 'The sealed share can’t be opened', { cause })
  }
}
