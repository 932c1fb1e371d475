/** @module Opens a request that a device sealed to an aggregator (RFC 9458), and seals its answer. */
import { createCipheriv, createHash } from 'node:crypto'
import { type Bytes, concat, equalBytes } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import {
  gatewayKeyOf,
  REQUEST_HEADER,
  REQUEST_INFO,
  RESPONSE_LABEL,
  RESPONSE_NONCE_BYTES,
  RESPONSE_SECRET_BYTES,
  responseKeys,
} from '../privacy/oblivious.ts'
import { importOpeningKeys, type OpeningKeys, openingContext } from '../privacy/openSeal.ts'
import { cryptoRandomBytes, type RandomBytes } from '../privacy/randomBytes.ts'
import { ENCAPSULATED_BYTES, NONE } from '../privacy/seal.ts'
import { decodeRequest, type RequestMessage } from './binaryHttp.ts'

/** Converts a signing key pair into the keys that open sealed requests (RFC 8032 §5.1.5, RFC 7748). */
export function gatewayKeys(publicKey: Bytes, privateKey: Bytes): OpeningKeys {
  const scalar = createHash('sha512').update(privateKey).digest().subarray(0, 32)
  return importOpeningKeys(gatewayKeyOf(publicKey), scalar)
}

/**
 * @param random source of randomness; only tests pass one
 * @returns the request, and a function that seals its answer
 * @throws NearsideError `report-invalid`
 */
export function openRequest(
  keys: OpeningKeys,
  sealed: Uint8Array,
  random: RandomBytes = cryptoRandomBytes,
) {
  if (!equalBytes(sealed.slice(0, REQUEST_HEADER.length), REQUEST_HEADER))
    throw new NearsideError('report-invalid', 'The request is changed, or sealed to another key')
  const rest = sealed.slice(REQUEST_HEADER.length)
  const context = openingContext(keys, rest, REQUEST_INFO)
  const plain = context.open(NONE)
  let message: RequestMessage
  try {
    message = decodeRequest(new Uint8Array(plain))
  } catch (cause) {
    throw new NearsideError('report-invalid', 'The sealed request is not binary HTTP', { cause })
  }
  return {
    message,
    async seal(answer: Uint8Array): Promise<Bytes> {
      const nonce = random(RESPONSE_NONCE_BYTES)
      const secret = context.export(RESPONSE_LABEL, RESPONSE_SECRET_BYTES)
      const [key, iv] = await responseKeys(secret, rest.slice(0, ENCAPSULATED_BYTES), nonce)
      const cipher = createCipheriv('aes-128-gcm', key, iv)
      return concat(nonce, cipher.update(answer), cipher.final(), cipher.getAuthTag())
    },
  }
}
