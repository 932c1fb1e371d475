/**
 * @module The device's side of Oblivious HTTP (RFC 9458): seals a request to a server's gateway and opens the answer. A
 * relay carries both. The gateway's key is the X25519 form of the server's signing key, which shoppers see and which
 * verifies every task and receipt. So a server can't secretly use another key for one device. Signing and HPKE may
 * share a key of this curve (Thormarker 2021, https://eprint.iacr.org/2021/509).
 */
import { type Bytes, concat, ownBytes, utf8 } from '@nearside/core/bytes.ts'
import { ENCAPSULATED_BYTES, NONE, SEALING_BYTES, sealingContext } from './seal.ts'
import { hkdf } from './shares.ts'

/**
 * Header of every sealed request: key id 1, then the ids of DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM.
 */
export const REQUEST_HEADER = Uint8Array.of(1, 0, 0x20, 0, 1, 0, 1)
/** Bytes that sealing adds to a message: header, encapsulated key, tag of AES-GCM. */
export const REQUEST_OVERHEAD = REQUEST_HEADER.length + ENCAPSULATED_BYTES + 16
export const REQUEST_INFO = concat(utf8('message/bhttp request\0'), REQUEST_HEADER)
export const RESPONSE_LABEL = utf8('message/bhttp response')
export const RESPONSE_NONCE_BYTES = 16
export const RESPONSE_SECRET_BYTES = 16

/** Prime of Curve25519's field. */
const P = 2n ** 255n - 19n

/**
 * X25519 public key that belongs to an Ed25519 key: u = (1 + y)/(1 − y) (RFC 7748 §4.1).
 * @param signing Ed25519 public key, 32 bytes
 */
export function gatewayKeyOf(signing: Uint8Array): Bytes {
  const y = signing.reduceRight((sum, byte) => 256n * sum + BigInt(byte), 0n) & (2n ** 255n - 1n)
  let [u, square, exponent] = [(1n + y) % P, (((1n - y) % P) + P) % P, P - 2n]
  // Computes (1 − y)⁻¹ by Fermat's little theorem, times 1 + y.
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) u = (u * square) % P
    square = (square * square) % P
  }
  return Uint8Array.from({ length: 32 }, (_, i) => Number((u >> BigInt(8 * i)) & 255n))
}

/**
 * @param message request as binary HTTP
 * @param random 32 random bytes
 * @returns the sealed request for the relay, and a function that opens the answer
 */
export async function sealRequest(gatewayKey: Bytes, message: Uint8Array, random: Bytes) {
  if (random.length !== SEALING_BYTES) throw new RangeError('needs 32 random bytes')
  const context = await sealingContext(gatewayKey, REQUEST_INFO, random)
  const sealed = await context.seal(message, NONE)
  const enc = sealed.slice(0, ENCAPSULATED_BYTES)
  return {
    request: concat(REQUEST_HEADER, sealed),
    async open(response: Uint8Array): Promise<Bytes> {
      const secret = await context.export(RESPONSE_LABEL, RESPONSE_SECRET_BYTES)
      return openResponse(secret, enc, response)
    },
  }
}

/**
 * Opens an answer; rejects any answer that isn't the gateway's answer to this request.
 * @param secret secret that the HPKE context exported
 */
export async function openResponse(
  secret: Bytes,
  enc: Uint8Array,
  response: Uint8Array,
): Promise<Bytes> {
  const [key, iv] = await responseKeys(secret, enc, response.slice(0, RESPONSE_NONCE_BYTES))
  const cipher = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt'])
  const sealed = ownBytes(response.slice(RESPONSE_NONCE_BYTES))
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, cipher, sealed))
}

export function responseKeys(
  secret: Bytes,
  enc: Uint8Array,
  nonce: Uint8Array,
): Promise<[Bytes, Bytes]> {
  const salt = concat(enc, nonce)
  return Promise.all([hkdf(secret, salt, utf8('key'), 16), hkdf(secret, salt, utf8('nonce'), 12)])
}
