import { isProven, prepare } from '@nearside/aggregate/privacy/pine/pine.ts'
import { dequantize } from '@nearside/aggregate/privacy/quantize.ts'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { exportSealingKeys, generateSealingKeys } from '@nearside/aggregate/privacy/seal.ts'
import { addShare, helperSeeds } from '@nearside/aggregate/privacy/shares.ts'
import {
  exportSigningKeys,
  generateSigningKeys,
  importSigningKeys,
  sign,
  verify,
} from '@nearside/aggregate/privacy/signature.ts'
import { consentHash, policyTerms, requireConsent } from '@nearside/aggregate/protocol/consent.ts'
import { policyHash } from '@nearside/aggregate/protocol/policy.ts'
import { circuitOf, parseReport, reportAad, sealInfo } from '@nearside/aggregate/protocol/report.ts'
import { TEST_POLICY } from '@nearside/aggregate/protocol/testPolicy.ts'
import { fromHex, toBase64, utf8 } from '@nearside/core/bytes.ts'
import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { expect, it } from 'vitest'
import { makeReport } from './makeReport.ts'

/** Opens a sealed share with another implementation of HPKE. */
async function open(keys: CryptoKeyPair, sealed: Uint8Array, info: Uint8Array, aad: Uint8Array) {
  const hpke = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM)
  const own = await exportSealingKeys(keys)
  // Firefox and WebKit return the public half of a key pair only if the key is extractable.
  const key = await hpke.DeserializePrivateKey(own.privateKey, true)
  return hpke.Open(key, sealed.slice(0, 32), sealed.slice(32), { info, aad })
}

it('a report made in a browser can be opened and added up by the aggregators', async () => {
  const [leaderKeys, helperKeys] = [await generateSealingKeys(), await generateSealingKeys()]
  const sealing = async (keys: typeof leaderKeys) =>
    toBase64((await exportSealingKeys(keys)).publicKey)
  const policy = {
    ...TEST_POLICY,
    leader: { ...TEST_POLICY.leader, sealing: await sealing(leaderKeys) },
    helper: { ...TEST_POLICY.helper, sealing: await sealing(helperKeys) },
  }
  const hash = await policyHash(policy)
  const task = { protocol: 1, role: 'leader', round: 3, state: 'open', policyHash: hash, policy }
  const update = Float64Array.from({ length: 88 }, (_, i) => Math.sin(i) / 500)
  const made = await makeReport(update, task as never, cryptoRandomBytes)
  const { header, leaderShare, helperShare } = parseReport(made.body, policy)
  const aad = reportAad(policy.task, header)
  const consent = await consentHash(policyTerms(policy))
  const own = requireConsent(await open(leaderKeys, leaderShare, sealInfo('leader'), aad), consent)
  const seed = requireConsent(await open(helperKeys, helperShare, sealInfo('helper'), aad), consent)
  const binding = {
    task: policy.task,
    round: 3,
    policyHash: hash,
    modelHash: policy.model.hash,
  }
  const circuit = circuitOf(policy)
  const seeds = await helperSeeds(seed, binding)
  const [nonce, key] = [fromHex(header.id), cryptoRandomBytes(32)]
  const leader = await prepare(circuit, 'leader', key, nonce, header.publicShare, own)
  const helper = await prepare(circuit, 'helper', key, nonce, header.publicShare, seeds)
  if (leader === null || helper === null) throw new Error('no shares')
  expect(isProven(circuit, leader.verifiers, helper.verifiers)).toBe(true)
  const sum = leader.share
  addShare(sum, helper.share)
  const back = dequantize(sum, policy.scale, 1)
  for (let i = 0; i < 88; i++)
    expect(Math.abs(back[i] - update[i])).toBeLessThanOrEqual(1 / policy.scale)
  // A share doesn't open with the other server's key.
  await expect(open(helperKeys, leaderShare, sealInfo('leader'), aad)).rejects.toThrow()
})

it('Ed25519 signs and verifies in a browser', async () => {
  const raw = await exportSigningKeys(await generateSigningKeys())
  const keys = await importSigningKeys(raw.publicKey, raw.privateKey)
  const signature = await sign(keys, utf8('message'))
  expect(await verify(raw.publicKey, signature, utf8('message'))).toBe(true)
  expect(await verify(raw.publicKey, signature, utf8('another'))).toBe(false)
})
