import { concat, fromHex, toHex, utf8 } from '@nearside/core/bytes.ts'
import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { expect, test } from 'vitest'
import {
  gatewayKeyOf,
  openResponse,
  REQUEST_INFO,
  RESPONSE_LABEL,
  responseKeys,
  sealRequest,
} from './oblivious.ts'
import { cryptoRandomBytes } from './randomBytes.ts'

test('this browser seals requests and opens answers as RFC 9458 specifies', async () => {
  // The answer is the example of RFC 9458, appendix A. The Ed25519 key is the first test vector of RFC 8032; another
  // implementation computed its X25519 form.
  const secret = fromHex('62d87a6ba569ee81014c2641f52bea36')
  const enc = fromHex('4b28f881333e7c164ffc499ad9796f877f4e1051ee6d31bad19dec96c208b472')
  const answer = fromHex('c789e7151fcba46158ca84b04464910d86f9013e404feea014e7be4a441f234f857fbd')
  expect(toHex(await openResponse(secret, enc, answer))).toBe('0140c8')
  const signing = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
  const key = 'd85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e'
  expect(toHex(gatewayKeyOf(signing))).toBe(key)

  const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM)
  const pair = await suite.GenerateKeyPair(true)
  const publicKey = new Uint8Array(await suite.SerializePublicKey(pair.publicKey))
  const message = utf8('a request')
  const sealed = await sealRequest(publicKey, message, cryptoRandomBytes(32))
  const encapsulated = sealed.request.slice(7, 39)
  const receiver = await suite.SetupRecipient(pair, encapsulated, { info: REQUEST_INFO })
  expect(new Uint8Array(await receiver.Open(sealed.request.slice(39)))).toEqual(message)
  const exported = new Uint8Array(await receiver.Export(RESPONSE_LABEL, 16))
  const nonce = cryptoRandomBytes(16)
  const [aesKey, iv] = await responseKeys(exported, encapsulated, nonce)
  const cipher = await crypto.subtle.importKey('raw', aesKey, 'AES-GCM', false, ['encrypt'])
  const text = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, cipher, utf8('an answer'))
  const response = concat(nonce, new Uint8Array(text))
  expect(await sealed.open(response)).toEqual(utf8('an answer'))
  response[20] ^= 1
  await expect(sealed.open(response)).rejects.toThrow()
})
