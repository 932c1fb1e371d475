import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { concat, fromHex, toHex, utf8 } from '@nearside/core/bytes.ts'
import fc from 'fast-check'
import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { describe, expect, it } from 'vitest'
import { decodeRequest, encodeRequest } from '../protocol/binaryHttp.ts'
import { openRequest } from '../server/gateway.ts'
import {
  gatewayKeyOf,
  openResponse,
  REQUEST_HEADER,
  REQUEST_INFO,
  RESPONSE_LABEL,
  responseKeys,
  sealRequest,
} from './oblivious.ts'
import { importOpeningKeys } from './openSeal.ts'
import { cryptoRandomBytes } from './randomBytes.ts'
import { exportSigningKeys, generateSigningKeys } from './signature.ts'

/** Example of RFC 9458, appendix A. */
const RFC = {
  privateKey: '3c168975674b2fa8e465970b79c8dcf09f1c741626480bd4c6162fc5b6a98e1a',
  publicKey: '31e1f05a740102115220e9af918f738674aec95f54db6e04eb705aae8e798155',
  info: '6d6573736167652f626874747020726571756573740001002000010001',
  request: '00034745540568747470730b6578616d706c652e636f6d012f',
  sealed:
    '010020000100014b28f881333e7c164ffc499ad9796f877f4e1051ee6d31bad19dec96c208b472' +
    '6374e469135906992e1268c594d2a10c695d858c40a026e7965e7d86b83dd440b2c0185204b4d63525',
  enc: '4b28f881333e7c164ffc499ad9796f877f4e1051ee6d31bad19dec96c208b472',
  secret: '62d87a6ba569ee81014c2641f52bea36',
  nonce: 'c789e7151fcba46158ca84b04464910d',
  key: '5d0172a080e428b16d298c4ea0db620d',
  iv: 'f6bf1aeb88d6df87007fa263',
  response: '0140c8',
  answer: 'c789e7151fcba46158ca84b04464910d86f9013e404feea014e7be4a441f234f857fbd',
}
const rfcKeys = importOpeningKeys(fromHex(RFC.publicKey), fromHex(RFC.privateKey))

/** A gateway's keys, made from a server's signing key. */
async function newGateway() {
  const { publicKey, privateKey } = await exportSigningKeys(await generateSigningKeys())
  const scalar = createHash('sha512').update(privateKey).digest().subarray(0, 32)
  const gatewayKey = gatewayKeyOf(publicKey)
  return { gatewayKey, keys: importOpeningKeys(gatewayKey, scalar), scalar }
}

const message = encodeRequest({
  ...{ method: 'POST', authority: 'a.test', path: '/v1/reports' },
  headers: { authorization: 'canary' },
  body: utf8('body'),
})

describe('Oblivious HTTP', () => {
  it('Oblivious HTTP opens and answers the RFC’s example byte for byte', async () => {
    expect(toHex(REQUEST_INFO)).toBe(RFC.info)
    const opened = openRequest(rfcKeys, fromHex(RFC.sealed), () => fromHex(RFC.nonce))
    expect(opened.message).toEqual(decodeRequest(fromHex(RFC.request)))
    expect(toHex(await opened.seal(fromHex(RFC.response)))).toBe(RFC.answer)
    const [secret, enc] = [fromHex(RFC.secret), fromHex(RFC.enc)]
    const keys = await responseKeys(secret, enc, fromHex(RFC.nonce))
    expect(keys.map(toHex)).toEqual([RFC.key, RFC.iv])
    expect(toHex(await openResponse(secret, enc, fromHex(RFC.answer)))).toBe(RFC.response)
  })

  it('Oblivious HTTP interoperates with another implementation in both directions', async () => {
    const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM)
    const { gatewayKey, keys, scalar } = await newGateway()
    const publicKey = await suite.DeserializePublicKey(gatewayKey)
    const { encapsulatedSecret, ctx } = await suite.SetupSender(publicKey, { info: REQUEST_INFO })
    const enc = new Uint8Array(encapsulatedSecret)
    const sealed = concat(REQUEST_HEADER, enc, new Uint8Array(await ctx.Seal(message)))
    const { message: opened, seal } = openRequest(keys, sealed)
    expect(opened).toEqual(decodeRequest(message))
    const secret = new Uint8Array(await ctx.Export(RESPONSE_LABEL, 16))
    expect(await openResponse(secret, enc, await seal(utf8('answer')))).toEqual(utf8('answer'))

    const own = await sealRequest(gatewayKey, message, cryptoRandomBytes(32))
    const privateKey = await suite.DeserializePrivateKey(new Uint8Array(scalar), false)
    const receiver = await suite.SetupRecipient(
      { privateKey, publicKey },
      own.request.slice(7, 39),
      { info: REQUEST_INFO },
    )
    expect(new Uint8Array(await receiver.Open(own.request.slice(39)))).toEqual(message)
  })

  it('a device opens only an unchanged answer to its own request', async () => {
    const { gatewayKey, keys } = await newGateway()
    const [one, other] = [
      await sealRequest(gatewayKey, message, cryptoRandomBytes(32)),
      await sealRequest(gatewayKey, message, cryptoRandomBytes(32)),
    ]
    const { seal } = openRequest(keys, one.request)
    const answer = await seal(utf8('answer'))
    expect(await one.open(answer)).toEqual(utf8('answer'))
    await expect(other.open(answer)).rejects.toThrow()
    for (const at of answer.keys()) {
      const changed = answer.slice()
      changed[at] ^= 1
      await expect(one.open(changed)).rejects.toThrow()
    }
    // Sealing the same answer twice must use two different nonces.
    expect(toHex(await seal(utf8('answer')))).not.toBe(toHex(answer))
  })

  it('a gateway refuses a request that was changed, truncated, or sealed to another key', async () => {
    const [{ gatewayKey, keys }, other] = [await newGateway(), await newGateway()]
    const { request } = await sealRequest(gatewayKey, message, cryptoRandomBytes(32))
    const refused = expect.objectContaining({ code: 'report-invalid' })
    expect(() => openRequest(other.keys, request)).toThrow(refused)
    for (const at of request.keys()) {
      const changed = request.slice()
      changed[at] ^= 1
      expect(() => openRequest(keys, changed)).toThrow(refused)
      expect(() => openRequest(keys, request.slice(0, at))).toThrow(refused)
    }
    const { request: none } = await sealRequest(gatewayKey, utf8('none'), cryptoRandomBytes(32))
    expect(() => openRequest(keys, none)).toThrow(refused)
  })
})

it('the gateway’s key is derived from the signing key', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(seeds, (seed) => {
      const of = (name: string, key: Uint8Array) => {
        // PKCS #8 (RFC 8410): 6e means X25519, 70 means Ed25519.
        const der = Buffer.concat([
          Buffer.from(`302e020100300506032b65${name}04220420`, 'hex'),
          key,
        ])
        const pair = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
        const { x = '' } = createPublicKey(pair).export({ format: 'jwk' })
        return Uint8Array.from(Buffer.from(x, 'base64url'))
      }
      const scalar = createHash('sha512').update(seed).digest().subarray(0, 32)
      expect(toHex(gatewayKeyOf(of('70', seed)))).toBe(toHex(of('6e', scalar)))
    }),
    { numRuns: 100 },
  )
  // Public key of RFC 8032 §7.1, test 1, and the Montgomery form of this key.
  const publicKey = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
  expect(toHex(gatewayKeyOf(publicKey))).toBe(
    'd85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e',
  )
})
