/**
 * @module Gives tokens: one blind signature each, by a key that does nothing else. What it signs is a
 * uniformly random number to it, so it can't tell later which token it was.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { sha256Hex } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import {
  MODULUS_BYTES,
  modulusOf,
  parseTokenRequest,
  TOKEN_REQUEST_BYTES,
  TOKEN_REQUEST_MEDIA_TYPE,
  TOKEN_RESPONSE_MEDIA_TYPE,
  tokenKeyId,
} from '../protocol/token.ts'

export interface TokenSigner {
  /** DER SubjectPublicKeyInfo, base64: `issuer.key` of the policy. */
  readonly publicKey: string
  /** @returns null for what is no request for a token of this key */
  sign(request: Uint8Array): Uint8Array | null
}

const { RSA_NO_PADDING: padding } = constants

/**
 * @param pem RSA, 2048 bits, e = 65537, as `openssl genrsa 2048` makes it
 * @throws NearsideError `input-invalid` for any other key
 */
export async function createTokenSigner(pem: string): Promise<TokenSigner> {
  const key = readKey(pem)
  const publicHalf = createPublicKey(key)
  const publicKey = publicHalf.export({ type: 'spki', format: 'der' }).toString('base64')
  const keyId = await tokenKeyId(modulusOf(publicKey))
  return {
    publicKey,
    sign(request) {
      const blinded = parseTokenRequest(request, keyId)
      // Not below the modulus: no device asks that.
      if (blinded === null || Buffer.compare(blinded, modulusOf(publicKey)) >= 0) return null
      const signature = privateDecrypt({ key, padding }, blinded)
      // A fault in the arithmetic could show the key.
      const isRight = publicEncrypt({ key: publicHalf, padding }, signature).equals(blinded)
      return isRight ? new Uint8Array(signature) : null
    },
  }
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {}
    const bits = 8 * MODULUS_BYTES
    if (key.asymmetricKeyType === 'rsa' && modulusLength === bits && publicExponent === 65_537n)
      return key
  } catch (thrown) {
    throw NearsideError.from(thrown, 'input-invalid', 'The issuer’s key can’t be read')
  }
  throw new NearsideError(
    'input-invalid',
    'The issuer’s key is not RSA of 2048 bits: make one with openssl genrsa 2048',
  )
}

/** Of a token issuer at a shop’s own server. */
export interface TokenIssuerOptions {
  /** Private key, PEM, as `openssl genrsa 2048` makes it; used for nothing else. */
  readonly key: string
  /**
   * Whether who sent this request (its body is read) may have this token: a shopper who is signed in, and has had no other
   * one for so long as the shop gives out one. `asked` is the hex SHA-256 of what is asked for: asked
   * again it is the same token, so keep it with the account and allow it again.
   */
  readonly allow: (request: Request, asked: string) => boolean | Promise<boolean>
}

/** Gives tokens to whom the shop’s server knows. */
export interface TokenIssuer {
  /** The public half, base64: `issuer.key` in the terms of both aggregators. */
  readonly publicKey: string
  /** Answers a POST with a token, 403 where it may have none, or 400 and 415 for what is no request. */
  readonly respond: (request: Request) => Promise<Response>
}

/**
 * For the route of a shop’s own server that gives tokens to shoppers who are signed in.
 * @throws NearsideError `input-invalid` for a key that is not RSA of 2048 bits
 */
export async function createTokenIssuer({ key, allow }: TokenIssuerOptions): Promise<TokenIssuer> {
  const { publicKey, sign } = await createTokenSigner(key)
  const refuse = (status: number) => new Response(null, { status })
  return {
    publicKey,
    async respond(request) {
      if (request.headers.get('content-type') !== TOKEN_REQUEST_MEDIA_TYPE) return refuse(415)
      // A page of another shop can make a shopper's browser send, and never read the answer.
      if (request.headers.get('sec-fetch-site') === 'cross-site') return refuse(403)
      if (
        Number(request.headers.get('content-length') ?? TOKEN_REQUEST_BYTES) > TOKEN_REQUEST_BYTES
      )
        return refuse(413)
      const asked = new Uint8Array(await request.arrayBuffer())
      const signature = sign(asked)
      if (signature === null) return refuse(400)
      if (!(await allow(request, await sha256Hex(asked)))) return refuse(403)
      const headers = {
        'content-type': TOKEN_RESPONSE_MEDIA_TYPE,
        'cache-control': 'no-store',
      }
      return new Response(signature as BodyInit, { headers })
    },
  }
}
