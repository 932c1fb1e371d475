/**
 * @module Blind signatures, the requester's side: RSABSSA-SHA384-PSS with e = 65537 (RFC 9474). The signer of a blind
 * signature sees a uniformly random number, whatever the message. For every signature and every number that the signer
 * saw, there is a blind that connects the two, so the signer can't tell which request led to a signature.
 */
import { type Bytes, concat, fromHex, ownBytes, toBase64, toHex } from '@nearside/core/bytes.ts'
import type { RandomBytes } from './randomBytes.ts'

const HASH_BYTES = 48
const SALT_BYTES = 48
const ALGORITHM = { name: 'RSA-PSS', hash: 'SHA-384' } as const

/**
 * Blinds a message. Draws the salt of the encoding first, then the blind.
 * @param modulus big-endian, with its highest bit set
 * @returns the blinded message for the signer, as long as the modulus, and the blind's inverse for `unblind`
 */
export async function blind(modulus: Uint8Array, message: Uint8Array, draw: RandomBytes) {
  const n = toInteger(modulus)
  const encoded = toInteger(await encode(message, draw(SALT_BYTES), modulus.length))
  for (;;) {
    const factor = toInteger(draw(modulus.length))
    const inverse = factor < n ? invert(factor, n) : null
    if (inverse !== null)
      return { blinded: toBytes(multiplyBlind(encoded, factor, n), modulus.length), inverse }
  }
}

/**
 * Blinded message m · r^e mod n (m: `encoded`, r: `factor`, the blind). If m is invertible, every invertible number
 * comes from exactly one r.
 */
export function multiplyBlind(encoded: bigint, factor: bigint, n: bigint): bigint {
  // Computes r^e for e = 2¹⁶ + 1: sixteen squarings, then one multiplication.
  let power = factor
  for (let i = 0; i < 16; i++) power = (power * power) % n
  return (((power * factor) % n) * encoded) % n
}

/** @returns the signature of the message; null if the signer's answer is not a valid signature */
export async function unblind(
  modulus: Uint8Array,
  message: Uint8Array,
  blindSignature: Uint8Array,
  inverse: bigint,
): Promise<Bytes | null> {
  const n = toInteger(modulus)
  const signature = toBytes((toInteger(blindSignature) * inverse) % n, modulus.length)
  const jwk = { kty: 'RSA', n: toBase64Url(modulus), e: 'AQAB' }
  const key = await crypto.subtle.importKey('jwk', jwk, ALGORITHM, false, ['verify'])
  const pss = { name: ALGORITHM.name, saltLength: SALT_BYTES }
  return (await crypto.subtle.verify(pss, key, signature, ownBytes(message))) ? signature : null
}

/** EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with SHA-384 and MGF1. The result is one bit shorter than the modulus. */
async function encode(message: Uint8Array, salt: Uint8Array, length: number): Promise<Bytes> {
  const hash = await sha384(concat(new Uint8Array(8), await sha384(message), salt))
  const data = new Uint8Array(length - HASH_BYTES - 1)
  data[data.length - SALT_BYTES - 1] = 1
  data.set(salt, data.length - SALT_BYTES)
  for (let block = 0; block * HASH_BYTES < data.length; block++) {
    const mask = await sha384(concat(hash, Uint8Array.of(0, 0, 0, block)))
    for (let i = 0; i < HASH_BYTES; i++) data[block * HASH_BYTES + i] ^= mask[i]
  }
  data[0] &= 0x7f
  return concat(data, hash, Uint8Array.of(0xbc))
}

async function sha384(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(ALGORITHM.hash, ownBytes(bytes)))
}

/** Modular inverse by Euclid's algorithm; null if there is none. */
function invert(value: bigint, n: bigint): bigint | null {
  let [a, b] = [n, value % n]
  let [x, y] = [0n, 1n]
  while (b > 0n) {
    const times = a / b
    ;[a, b] = [b, a - times * b]
    ;[x, y] = [y, x - times * y]
  }
  return a === 1n ? (x + n) % n : null
}

const toInteger = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)

const toBytes = (value: bigint, length: number) =>
  fromHex(value.toString(16).padStart(2 * length, '0'))

/** Base64url (RFC 4648 §5) without padding. */
const toBase64Url = (bytes: Uint8Array) =>
  toBase64(bytes).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
