/**
 * @module Opening what was sealed to an aggregator: the other end of `privacy/seal.ts`, by Node's own
 * cryptography, which for so little takes a third of WebCrypto's time.
 */
import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { type Bytes, concat, ownBytes } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import { ENCAPSULATED_BYTES, KEM, labelled, labelledInfo, NONE, PKCS8, SUITE } from './seal.ts'

const TAG_BYTES = 16

export interface OpeningKeys {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

/** @param privateKey 32 bytes, as `publicKey` */
export function importOpeningKeys(publicKey: Uint8Array, privateKey: Uint8Array): OpeningKeys {
  const key = Buffer.concat([PKCS8, privateKey])
  return { publicKey, privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }) }
}

/** X25519. @throws Error for a public key of small order, of which everybody knows the secret */
function agree(privateKey: KeyObject, other: Uint8Array): Buffer {
  // As JWK: OpenSSL takes ten times as long to read DER.
  const key = { kty: 'OKP', crv: 'X25519', x: Buffer.from(other).toString('base64url') }
  const publicKey = createPublicKey({ key, format: 'jwk' })
  return diffieHellman({ privateKey, publicKey })
}

function extract(suite: Bytes, salt: Uint8Array, label: string, material: Uint8Array): Buffer {
  return createHmac('sha256', salt)
    .update(labelled(suite, label, material))
    .digest()
}

/** At most 32 bytes: a block. */
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

/** RFC 9180 §5.1 of base mode, without a pre-shared key. */
function scheduleContext(info: Uint8Array): Bytes {
  const [id, own] = [
    extract(SUITE, NONE, 'psk_id_hash', NONE),
    extract(SUITE, NONE, 'info_hash', info),
  ]
  return concat(Uint8Array.of(0), id, own)
}

/**
 * The receiver's context of one message (§5.1.1).
 * @throws NearsideError `report-invalid`, also of `open`, if it was not sealed to these keys with this info and aad
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
    /** A secret that the sender has, too (§5.3). @param length bytes, at most 32 */
    export(label: Uint8Array, length: number): Bytes {
      const exporter = expand(SUITE, secret, 'exp', context, 32)
      return ownBytes(expand(SUITE, exporter, 'sec', label, length))
    },
  }
}

/** Opens one message, see `openingContext`. */
export function openSeal(
  keys: OpeningKeys,
  sealed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Bytes {
  return openingContext(keys, sealed, info).open(aad)
}

/** What fails here is wrong with the sealed bytes. */
function refusing<T>(step: () => T): T {
  try {
    return step()
  } catch (cause) {
    throw new NearsideError('report-invalid', 'The sealed share does not open', { cause })
  }
}
