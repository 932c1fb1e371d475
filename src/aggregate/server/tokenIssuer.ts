/**
 * @module Issues tokens. Each token is a blind signature by a key that serves no other purpose. The issuer signs a
 * uniformly random number, so it can't recognise the token later.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { sha256Hex } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
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
  /** Public key: base64 of a DER SubjectPublicKeyInfo, as `issuer.key` of the policy. */
  readonly publicKey: string
  /** @returns the blind signature; null for bytes that aren't a token request for this key */
  sign(request: Uint8Array): Uint8Array | null
}

const { RSA_NO_PADDING: padding } = constants

/**
 * @param pem RSA private key, 2048 bits, e = 65537, as `openssl genrsa 2048` makes it
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
      // Honest devices send a number below the modulus, so any other is refused.
      if (blinded === null || Buffer.compare(blinded, modulusOf(publicKey)) >= 0) return null
      const signature = privateDecrypt({ key, padding }, blinded)
      // The signature is verified, because a wrong signature (after an arithmetic fault) could reveal the key.
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
    'The issuer’s key is not an RSA key of 2048 bits: make one with openssl genrsa 2048',
  )
}

/**
 * Creates the issuer behind the route of a shop’s server that gives tokens to signed-in shoppers.
 * @throws NearsideError `input-invalid` for a key other than RSA with 2048 bits
 */
export async function createTokenIssuer({
  key,
  allow,
}: {
  /** Private key in PEM, as `openssl genrsa 2048` makes it. Use the key for nothing else. */
  readonly key: string
  /**
   * Whether the shopper who sent `request` may have the token `asked`. Allow signed-in shoppers one token per period
   * that the shop chooses. `asked` is the hex SHA-256 of the request's body, which has been read already. The same
   * `asked` means the same token, so store `asked` with the account, and allow a repetition.
   */
  readonly allow: (request: Request, asked: string) => boolean | Promise<boolean>
}): Promise<{
  /** Public key, base64: `issuer.key` in the terms of both aggregators. */
  readonly publicKey: string
  /**
   * Answers a POST: a token; 403 if `allow` refuses or another site sends the request; 400, 413 or 415 for an invalid
   * request.
   */
  readonly respond: (request: Request) => Promise<Response>
}> {
  const { publicKey, sign } = await createTokenSigner(key)
  const refuse = (status: number) => new Response(null, { status })
  return {
    publicKey,
    async respond(request) {
      if (request.headers.get('content-type') !== TOKEN_REQUEST_MEDIA_TYPE) return refuse(415)
      // Another site's page can't read the answer, but could use up the shopper's token by this request.
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
