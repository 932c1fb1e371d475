/**
 * @module Tokens: each token permits one report in its round and does not identify the sender. Tokens are publicly
 * verifiable (RFC 9578, type 2) and are presented as RFC 9577 describes.
 */
import {
  type Bytes,
  concat,
  fromBase64,
  fromHex,
  sha256,
  uint32,
  utf8,
} from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Task } from './task.ts'

export const MODULUS_BYTES = 256
export const NONCE_BYTES = 32
/** Bytes of a token before its signature. */
export const TOKEN_INPUT_BYTES = 98
const TOKEN_BYTES = TOKEN_INPUT_BYTES + MODULUS_BYTES
export const TOKEN_REQUEST_BYTES = 3 + MODULUS_BYTES
export const TOKEN_REQUEST_MEDIA_TYPE = 'application/private-token-request'
export const TOKEN_RESPONSE_MEDIA_TYPE = 'application/private-token-response'
/** Header of a request for a token that costs work. Its value is the number of the successful attempt, in decimal. */
export const WORK_HEADER = 'Nearside-Work'

const TOKEN_TYPE = Uint8Array.of(0, 2)
/** Bytes before the modulus in a DER SubjectPublicKeyInfo with `rsaEncryption`, as openssl writes it. */
const SPKI_PREFIX_BYTES = 33
/** DER encoding of the exponent e = 65537. */
const EXPONENT = Uint8Array.of(0x02, 0x03, 0x01, 0x00, 0x01)
/**
 * Prefix of a key for RSASSA-PSS with SHA-384, MGF1 and a salt of 48 bytes. RFC 9578 computes a key's id as the hash of
 * this form of the key.
 */
const PSS_PREFIX = fromHex(
  '30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a2030201300382010f003082010a0282010100',
)

const ISSUER_KEY =
  /^MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA[g-z0-9+/][A-Za-z0-9+/]{340}[Qw]IDAQAB$/

/** PBKDF2 iterations of one attempt; each iteration runs SHA-256 twice. */
const WORK_ITERATIONS = 1000
export const WORK_BYTES = 4

export type TokenRound = Pick<Task, 'policy' | 'policyHash' | 'round'>

/**
 * @param key `policy.issuer.key`
 * @throws NearsideError `policy-mismatch` unless the key is RSA with 2048 bits, odd modulus, e = 65537, in the one
 * accepted encoding
 */
export function modulusOf(key: string): Bytes {
  if (!ISSUER_KEY.test(key))
    throw new NearsideError('policy-mismatch', 'Policy: issuer.key is not an RSA key of 2048 bits')
  return fromBase64(key).slice(SPKI_PREFIX_BYTES, SPKI_PREFIX_BYTES + MODULUS_BYTES)
}

export const tokenKeyId = (modulus: Uint8Array): Promise<Bytes> =>
  sha256(concat(PSS_PREFIX, modulus, EXPONENT))

/**
 * Redemption context of a token, 32 bytes. Nobody knows it before the round opens, because the policy names keys that
 * are new for the round.
 */
const redemptionContext = ({ policyHash, round }: Omit<TokenRound, 'policy'>): Promise<Bytes> =>
  sha256(concat(utf8('nearside token v1\0'), fromHex(policyHash), uint32(round)))

/** Signed part of a token of this round: type, nonce, hash of the challenge, id of the issuer's key. */
export async function tokenInput(task: TokenRound, key: string, nonce: Uint8Array): Promise<Bytes> {
  const [issuer, context] = [utf8(task.policy.task), await redemptionContext(task)]
  const challenge = concat(
    ...[TOKEN_TYPE, Uint8Array.of(0, issuer.length), issuer],
    // Empty origin: the token is valid for every origin.
    ...[Uint8Array.of(context.length), context, Uint8Array.of(0, 0)],
  )
  return concat(TOKEN_TYPE, nonce, await sha256(challenge), await tokenKeyId(modulusOf(key)))
}

export const nonceOf = (input: Uint8Array): Bytes =>
  new Uint8Array(input.subarray(TOKEN_TYPE.length, TOKEN_TYPE.length + NONCE_BYTES))

export function encodeTokenRequest(keyId: Uint8Array, blinded: Uint8Array): Bytes {
  return concat(TOKEN_TYPE, keyId.subarray(-1), blinded)
}

/** @returns the blinded message to sign; null for bytes that aren't a token request for this key */
export function parseTokenRequest(request: Uint8Array, keyId: Uint8Array): Bytes | null {
  const head = concat(TOKEN_TYPE, keyId.subarray(-1))
  const isOne = request.length === TOKEN_REQUEST_BYTES && head.every((b, i) => request[i] === b)
  return isOne ? new Uint8Array(request.subarray(head.length)) : null
}

/** @param token base64 of the token */
export const authorizationOf = (token: string): string =>
  `PrivateToken token="${token.replaceAll('+', '-').replaceAll('/', '_')}"`

/** @returns the token's bytes from an `Authorization` header; null if the header contains no token */
export function parseAuthorization(header: string | undefined): Bytes | null {
  const [, text] = /^PrivateToken token="([\w-]+)"$/.exec(header ?? '') ?? []
  if (text?.length !== (4 * TOKEN_BYTES) / 3) return null
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
}

/**
 * Proof of work for a token request. The device tries numbers until the first bits of PBKDF2 (HMAC-SHA-256,
 * `iterations`, 4 bytes) are 0. The work is valid for one round and request only, so the server stores nothing.
 */
export async function workFor(task: Omit<TokenRound, 'policy'>, request: Uint8Array) {
  const salt = await redemptionContext(task)
  return {
    salt,
    iterations: WORK_ITERATIONS,
    password: (attempt: number) => concat(request, uint32(attempt)),
  }
}

/** @param derived output of PBKDF2, WORK_BYTES long, big-endian */
export function isWorkDone(derived: Uint8Array, bits: number): boolean {
  const view = new DataView(derived.buffer, derived.byteOffset)
  return Math.clz32(view.getUint32(0)) >= bits
}
