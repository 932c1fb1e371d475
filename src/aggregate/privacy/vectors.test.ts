import { createCipheriv, createHmac, hkdfSync } from 'node:crypto'
import {
  decodeVector,
  encodeVector,
  fromHex,
  sha256Hex,
  toHex,
  utf8,
} from '@nearside/core/bytes.ts'
import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { describe, expect, it } from 'vitest'
import { circuitOf } from '../protocol/report.ts'
import { TEST_POLICY } from '../protocol/testPolicy.ts'
import { expandHelperShare, isProven, prepare, shard } from './pine/pine.ts'
import { dequantize, quantize, toResidues } from './quantize.ts'
import { cryptoRandomBytes } from './randomBytes.ts'
import { ENCAPSULATED_BYTES, seal } from './seal.ts'
import { addShare, aesCtr, helperSeeds, hkdf } from './shares.ts'
import published from './shareVectors.json' with { type: 'json' }
import { importSigningKeys, sign, verify } from './signature.ts'

describe('published vectors', () => {
  it('`hkdf` reproduces test case 1 of RFC 5869', async () => {
    const key = fromHex('0b'.repeat(22))
    const salt = fromHex('000102030405060708090a0b0c')
    const info = fromHex('f0f1f2f3f4f5f6f7f8f9')
    expect(toHex(await hkdf(key, salt, info, 42))).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    )
  })

  it('`aesCtr` reproduces example F.5.5 of SP 800-38A', async () => {
    const key = fromHex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')
    const counter = fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')
    const plain =
      '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
      '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710'
    expect(toHex(await aesCtr(key, counter, fromHex(plain)))).toBe(
      '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5' +
        '2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6',
    )
  })

  it('`sign` reproduces test 1 of RFC 8032 (Ed25519), and `verify` refuses a changed signature', async () => {
    const publicKey = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
    const keys = await importSigningKeys(publicKey, seed)
    const signature = await sign(keys, new Uint8Array(0))
    expect(toHex(signature)).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
    expect(await verify(publicKey, signature, new Uint8Array(0))).toBe(true)
    signature[0] ^= 1
    expect(await verify(publicKey, signature, new Uint8Array(0))).toBe(false)
    expect(await verify(new Uint8Array(3), signature, new Uint8Array(0))).toBe(false)
  })

  it('X25519 reproduces the first vector of RFC 7748, section 5.2', async () => {
    const scalar = fromHex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4')
    const u = fromHex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c')
    // WebCrypto needs the scalar wrapped as in RFC 8410.
    const pkcs8 = fromHex(`302e020100300506032b656e04220420${toHex(scalar)}`)
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'X25519', false, [
      'deriveBits',
    ])
    const publicKey = await crypto.subtle.importKey('raw', u, 'X25519', false, [])
    const shared = await crypto.subtle.deriveBits(
      { name: 'X25519', public: publicKey },
      privateKey,
      256,
    )
    expect(toHex(new Uint8Array(shared))).toBe(
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    )
  })

  it('`seal` reproduces the example of RFC 9180, A.1 base mode, sequence number 0', async () => {
    const publicKey = fromHex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d')
    const enc = '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431'
    const ciphertext =
      'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9' +
      '6d8770ac83d07bea87e13c512a'
    const info = fromHex('4f6465206f6e2061204772656369616e2055726e')
    const aad = fromHex('436f756e742d30')
    const plain = fromHex('4265617574792069732074727574682c20747275746820626561757479')
    // These random bytes make the ephemeral key (ikmE). An auditor, too, repeats a sealing from its random bytes.
    const ephemeral = fromHex('7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234')
    expect(toHex(await seal(publicKey, plain, info, aad, ephemeral))).toBe(enc + ciphertext)
  })
})

describe('sealing', () => {
  it('another implementation opens messages sealed here, at every length and only with the right key', async () => {
    const hpke = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM)
    const [keys, others] = [await hpke.GenerateKeyPair(false), await hpke.GenerateKeyPair(false)]
    const publicKey = await hpke.SerializePublicKey(keys.publicKey)
    for (const length of [0, 1, 16, 32, 11_000]) {
      const [plain, info, aad] = [cryptoRandomBytes(length), cryptoRandomBytes(9), utf8('aad')]
      const sealed = await seal(publicKey, plain, info, aad, cryptoRandomBytes(32))
      const [enc, text] = [sealed.slice(0, ENCAPSULATED_BYTES), sealed.slice(ENCAPSULATED_BYTES)]
      expect(text).toHaveLength(length + 16)
      expect(await hpke.Open(keys, enc, text, { info, aad })).toEqual(plain)
      await expect(hpke.Open(others, enc, text, { info, aad })).rejects.toThrow()
      await expect(hpke.Open(keys, enc, text, { info, aad: info })).rejects.toThrow()
    }
  })

  it('sealing is refused for a public key of small order, whose shared secret is known', async () => {
    for (const point of ['00'.repeat(32), `01${'00'.repeat(31)}`])
      await expect(
        seal(fromHex(point), utf8('message'), utf8(''), utf8(''), cryptoRandomBytes(32)),
      ).rejects.toThrow()
  })
})

describe('our own vectors, for a second implementation', () => {
  it.each(published.map((vector) => [vector.name, vector] as const))(
    'our own vector, for a second implementation: %s',
    async (_, vector) => {
      const { binding, scale, clipNormInteger } = vector
      // `quantize` asks for random bytes once, and gets those of this test vector.
      const draws = fromHex(vector.roundingDraws)
      const quantized = quantize(vector.update, scale, clipNormInteger, (length) =>
        draws.slice(0, length),
      )
      expect([...quantized]).toEqual(vector.quantized)
      const seeds = await helperSeeds(fromHex(vector.helperShareSeed), binding)
      expect(toHex(seeds)).toBe(vector.helperSeeds)
      const share = await expandHelperShare(seeds, quantized.length)
      expect([...share]).toEqual([...decodeVector(fromHex(vector.helperShareExpanded))])
      const parameters = { featureWeights: quantized.length }
      const circuit = circuitOf({ ...TEST_POLICY, ...vector, parameters })
      const nonce = fromHex(vector.reportId)
      const random = fromHex(vector.proofRandom)
      const sharded = await shard(circuit, toResidues(quantized), nonce, seeds, random)
      const { publicShare, leaderShare } = sharded
      expect(toHex(publicShare)).toBe(vector.publicShare)
      expect(leaderShare).toHaveLength(vector.leaderShareBytes)
      expect(await sha256Hex(leaderShare)).toBe(vector.leaderShareSha256)
      const start = leaderShare.slice(0, 4 * quantized.length)
      expect(toHex(start)).toBe(vector.leaderShareStart)
      const key = fromHex(vector.verifyKey)
      const leader = await prepare(circuit, 'leader', key, nonce, publicShare, leaderShare)
      const helper = await prepare(circuit, 'helper', key, nonce, publicShare, seeds)
      const verifiers = [leader, helper].map((half) => half?.verifiers ?? new Uint32Array(0))
      const hashes = verifiers.map((half) => sha256Hex(encodeVector(half)))
      expect(await Promise.all(hashes)).toEqual(vector.verifiersSha256)
      expect(isProven(circuit, verifiers[0], verifiers[1])).toBe(true)
      const sum = decodeVector(start)
      addShare(sum, share)
      expect([...dequantize(sum, 1, 1)]).toEqual(vector.quantized)
    },
  )

  it.each(published)(
    'our own vector $name, expanded by another library',
    ({ binding, ...vector }) => {
      const task = Buffer.from(binding.task)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(task.length)
      const round = Buffer.alloc(4)
      round.writeUInt32BE(binding.round)
      const hashes = Buffer.from(binding.policyHash + binding.modelHash, 'hex')
      const info = Buffer.concat([length, task, round, hashes])
      const seed = Buffer.from(vector.helperShareSeed, 'hex')
      const seeds = Buffer.from(hkdfSync('sha256', seed, 'nearside share v2', info, 128))
      expect(seeds.toString('hex')).toBe(vector.helperSeeds)
      const message = Buffer.from('0701ffff1005000101', 'hex')
      const digest = createHmac('sha256', seeds.subarray(0, 32)).update(message).digest()
      const cipher = createCipheriv('aes-128-ctr', digest.subarray(0, 16), digest.subarray(16))
      const stream = cipher.update(Buffer.alloc(4 * vector.quantized.length))
      expect(stream.toString('hex')).toBe(vector.helperShareExpanded)
    },
  )
})
