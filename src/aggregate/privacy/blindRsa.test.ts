import { createPublicKey } from 'node:crypto'
import { type Bytes, concat, equalBytes, fromHex, sha256, toHex } from '@nearside/core/bytes.ts'
import { describe, expect, it } from 'vitest'
import { encodeTokenRequest, modulusOf, parseTokenRequest, tokenKeyId } from '../protocol/token.ts'
import { createTokenSigner } from '../server/tokenIssuer.ts'
import { blind, multiplyBlind, unblind } from './blindRsa.ts'
import published from './blindRsaVectors.json' with { type: 'json' }
import { cryptoRandomBytes } from './randomBytes.ts'

const big = (hex: string) => BigInt(`0x${hex}`)
/** Source of random bytes that returns the given arrays in turn. */
const drawing = (...bytes: readonly Bytes[]) => {
  const left = [...bytes]
  return () => left.shift() ?? new Uint8Array(0)
}

function inverseOf(value: bigint, n: bigint): bigint {
  let [a, b, x, y] = [value, n, 1n, 0n]
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y]
  return ((x % n) + n) % n
}

describe('RFC 9474', () => {
  const { n, msg, salt, inv, vectors } = published.rfc9474
  const modulus = fromHex(n)
  const factor = fromHex(inverseOf(big(inv), big(n)).toString(16).padStart(n.length, '0'))

  it.each(vectors)('RFC 9474: $name blinds and unblinds to the published bytes', async (vector) => {
    const message = fromHex(vector.prefix + msg)
    const { blinded, inverse } = await blind(modulus, message, drawing(fromHex(salt), factor))
    expect(inverse).toBe(big(inv))
    expect(toHex(blinded)).toBe(vector.blinded_msg)
    const signature = await unblind(modulus, message, fromHex(vector.blind_sig), inverse)
    expect(toHex(signature ?? new Uint8Array(0))).toBe(vector.sig)
  })

  it('`unblind` returns null for a signature of another message', async () => {
    const [{ blind_sig, blinded_msg }] = vectors
    const message = fromHex(vectors[0].prefix + msg)
    for (const wrong of [blinded_msg, vectors[1].blind_sig, '00'.repeat(n.length / 2), n])
      expect(await unblind(modulus, message, fromHex(wrong), big(inv))).toBeNull()
    expect(await unblind(modulus, fromHex(msg), fromHex(blind_sig), big(inv))).toBeNull()
  })
})

describe('RFC 9578, type 2', () => {
  const vector = published.rfc9578

  it('the inputs of RFC 9578, type 2, give the published request, response and token', async () => {
    const signer = await createTokenSigner(vector.skS)
    const modulus = modulusOf(signer.publicKey)
    const keyId = await tokenKeyId(modulus)
    expect(keyId).toEqual(await sha256(fromHex(vector.pkS)))
    const input = concat(
      ...[Uint8Array.of(0, 2), fromHex(vector.nonce)],
      ...[await sha256(fromHex(vector.token_challenge)), keyId],
    )
    const draw = drawing(fromHex(vector.salt), fromHex(vector.blind))
    const { blinded, inverse } = await blind(modulus, input, draw)
    const request = encodeTokenRequest(keyId, blinded)
    expect(toHex(request)).toBe(vector.token_request)
    const response = signer.sign(request) ?? new Uint8Array(0)
    expect(toHex(response)).toBe(vector.token_response)
    const signature = (await unblind(modulus, input, response, inverse)) ?? new Uint8Array(0)
    expect(toHex(concat(input, signature))).toBe(vector.token)
  })

  it('a token request is refused after any change', async () => {
    const signer = await createTokenSigner(vector.skS)
    const keyId = await tokenKeyId(modulusOf(signer.publicKey))
    const request = fromHex(vector.token_request)
    const otherKey = request.with(2, request[2] ^ 1)
    const tooLarge = concat(request.subarray(0, 3), new Uint8Array(256).fill(0xff))
    for (const wrong of [request.subarray(1), concat(request, keyId), otherKey, tooLarge])
      expect(signer.sign(wrong)).toBeNull()
    expect(parseTokenRequest(request, keyId)).toHaveLength(256)
    await expect(createTokenSigner('no key')).rejects.toMatchObject({ code: 'input-invalid' })
  })
})

describe('the blinded request that an issuer sees', () => {
  it('the blinded request reveals nothing to an issuer: for any message, exactly one blind leads to that request', async () => {
    // The small modulus allows the test to try all blinds: with any message, they make every invertible number once.
    const n = 61n * 53n
    const unit = (value: bigint) => value % 61n !== 0n && value % 53n !== 0n
    const units = Array.from({ length: Number(n) }, (_, i) => BigInt(i)).filter(unit)
    const messages = [2n, 65n, 3000n]
    for (const message of messages) {
      const seen = new Set(units.map((factor) => multiplyBlind(message, factor, n)))
      expect(seen.size).toBe(units.length)
      for (const value of seen) expect(unit(value)).toBe(true)
    }
  })

  it('any token could belong to any request: some blind, which a device could have drawn, connects the two', async () => {
    const signer = await createTokenSigner(published.rfc9578.skS)
    const modulus = modulusOf(signer.publicKey)
    const keyId = await tokenKeyId(modulus)
    const ask = async (message: Bytes) => {
      const salt = cryptoRandomBytes(48)
      const { blinded, inverse } = await blind(modulus, message, (length) =>
        length === 48 ? salt : cryptoRandomBytes(length),
      )
      const response = signer.sign(encodeTokenRequest(keyId, blinded)) ?? new Uint8Array(0)
      const signature = (await unblind(modulus, message, response, inverse)) ?? new Uint8Array(0)
      return { message, salt, blinded, response, signature }
    }
    const asked = await Promise.all([1, 2].map(() => ask(cryptoRandomBytes(98))))
    const n = big(toHex(modulus))
    for (const token of asked) {
      for (const seen of asked) {
        // For each token and each answer of the issuer, some blind makes this token from this answer.
        const signature = big(toHex(token.signature))
        const factor = (big(toHex(seen.response)) * inverseOf(signature, n)) % n
        const bytes = fromHex(factor.toString(16).padStart(512, '0'))
        const again = await blind(modulus, token.message, drawing(token.salt, bytes))
        expect(equalBytes(again.blinded, seen.blinded)).toBe(true)
      }
    }
  })

  it('the blinded request is uniform below the modulus', async () => {
    const signer = await createTokenSigner(published.rfc9578.skS)
    const modulus = modulusOf(signer.publicKey)
    expect(createPublicKey(published.rfc9578.skS).asymmetricKeyDetails?.modulusLength).toBe(2048)
    // Blinds one message repeatedly and tests the low bits: χ² with 16 degrees of freedom exceeds 57 once in 10⁶.
    const ones = new Array<number>(16).fill(0)
    const times = 400
    for (let i = 0; i < times; i++) {
      const { blinded } = await blind(modulus, new Uint8Array(98), cryptoRandomBytes)
      const low = (blinded[254] << 8) | blinded[255]
      for (let bit = 0; bit < 16; bit++) ones[bit] += (low >> bit) & 1
    }
    const chi = ones.reduce((sum, count) => sum + (count - times / 2) ** 2 / (times / 4), 0)
    expect(chi).toBeLessThan(57)
  })
})
