import { toBase64 } from '@nearside/core/bytes.ts'
import { describe, expect, it } from 'vitest'
import { exportSigningKeys, generateSigningKeys, sign, taskMessage } from '../privacy/signature.ts'
import { policyTerms } from './consent.ts'
import {
  dimensionOf,
  integerClipNorm,
  noiseVariance,
  parseParameters,
  parsePolicy,
  policyHash,
} from './policy.ts'
import { parseTask } from './task.ts'
import { TEST_POLICY } from './testPolicy.ts'
import { modulusOf } from './token.ts'

/** A text in the form of an issuer's key: the right length and an odd modulus. */
const ISSUER_KEY = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA${'z'.repeat(341)}wIDAQAB`

const copy = () => JSON.parse(JSON.stringify(TEST_POLICY)) as Record<string, unknown>

describe('a policy', () => {
  it('a policy survives JSON, and its hash ignores the order of members', async () => {
    const shuffled = Object.fromEntries(Object.entries(copy()).reverse())
    const parsed = parsePolicy(shuffled)
    expect(parsed).toEqual(TEST_POLICY)
    expect(await policyHash(parsed)).toBe(await policyHash(TEST_POLICY))
    // The hash is pinned: if it changes, the protocol has changed.
    expect(await policyHash(TEST_POLICY)).toMatchInlineSnapshot(
      `"c66d84bd69ed28ae6dac5d13eef21a3881cf947fd010de1abe92b1177030bc3a"`,
    )
  })

  it('a policy changes its hash when any field changes', async () => {
    const hashes = new Set([await policyHash(TEST_POLICY)])
    const changed = [
      { task: 'other' },
      { clipNorm: 0.06 },
      { noiseMultiplier: 2 },
      { aggregationGoal: 33 },
      { trust: 'trusted-server' as const },
      { model: { ...TEST_POLICY.model, hash: 'cd'.repeat(32) } },
      { helper: TEST_POLICY.leader },
      { issuer: { kind: 'account' as const, key: ISSUER_KEY } },
      { issuer: { kind: 'work' as const, key: ISSUER_KEY, bits: 10 } },
      { issuer: { kind: 'work' as const, key: ISSUER_KEY, bits: 11 } },
    ]
    for (const change of changed) hashes.add(await policyHash({ ...TEST_POLICY, ...change }))
    expect(hashes.size).toBe(changed.length + 1)
  })

  it('a policy’s clip norm is rounded down and its noise variance up', () => {
    expect(dimensionOf(TEST_POLICY)).toBe(88)
    expect(integerClipNorm(TEST_POLICY)).toBe(1_638)
    expect(noiseVariance(TEST_POLICY)).toBe(BigInt(Math.ceil((4.8 * 1_638) ** 2)))
    expect(noiseVariance({ ...TEST_POLICY, noiseMultiplier: 1.306 })).toBe(
      BigInt(Math.ceil((1.306 * 1_638) ** 2)),
    )
    expect(Object.keys(parseParameters(TEST_POLICY))).toHaveLength(11)
  })

  it.each([
    ['format', 3],
    ['trust', 'trust me'],
    ['task', ''],
    ['task', 'a b'],
    ['clipNorm', 0],
    ['clipNorm', '0.05'],
    ['clipNorm', Number.NaN],
    ['scale', 1.5],
    ['scale', 40],
    ['noiseMultiplier', -1],
    ['delta', 0.99],
    ['delta', 2e-6],
    ['aggregationGoal', 1],
    ['aggregationGoal', 1_000_001],
    ['scale', 2 ** 16],
    ['momentum', -0.1],
    ['momentum', 1],
    ['maxParticipations', 0],
    ['periodDays', 0.5],
    ['periodDays', 366],
    ['model', { version: '../1', hash: 'ab'.repeat(32) }],
    ['model', { version: '1', hash: 'xyz' }],
    ['parameters', { featureWeights: 20_000 }],
    ['parameters', { featureWeights: 42, itemCounts: 100 }],
    ['countShare', 0.8],
    ['countShare', 1],
    ['leader', { sealing: 'AAAA', signing: 'AAAA', operator: 'Shop' }],
    ['leader', { ...TEST_POLICY.leader, operator: '' }],
    ['leader', { ...TEST_POLICY.leader, operator: 'Shop\u202e' }],
    ['leader', { ...TEST_POLICY.leader, operator: undefined }],
    // A policy with one operator for both aggregators must name the trust model `trusted-server`.
    ['leader', { ...TEST_POLICY.leader, operator: TEST_POLICY.helper.operator }],
    ['helper', null],
    ['surprise', true],
    ['issuer', null],
    ['issuer', { kind: 'account' }],
    ['issuer', { kind: 'account', key: ISSUER_KEY, bits: 10 }],
    ['issuer', { kind: 'work', key: ISSUER_KEY }],
    ['issuer', { kind: 'work', key: ISSUER_KEY, bits: 21 }],
    ['issuer', { kind: 'anybody', key: ISSUER_KEY }],
    ['issuer', { kind: 'account', key: ISSUER_KEY.slice(4) }],
  ])('a policy is refused with %s = %j', (field, value) => {
    expect(() => parsePolicy({ ...copy(), [field]: value })).toThrow(/Policy: /)
  })

  it('a policy with item counts makes an update longer by `itemCounts` numbers, and asks a shopper to agree to counts', () => {
    const counting = { countShare: 0.8, parameters: { featureWeights: 42, itemCounts: 100 } }
    const policy = parsePolicy({ ...copy(), ...counting })
    expect(dimensionOf(policy)).toBe(142)
    expect(policyTerms(policy)).toEqual({ ...policyTerms(TEST_POLICY), counts: true })
    expect(parseParameters(policy)).toEqual({ ...parseParameters(TEST_POLICY), countShare: 0.8 })
    const tooMany = { featureWeights: 42, itemCounts: 16_343 }
    expect(() => parsePolicy({ ...copy(), ...counting, parameters: tooMany })).toThrow(/Policy: /)
  })

  it('a policy may have a valid issuer of tokens or none, but no issuer with a malformed key', () => {
    expect('issuer' in parsePolicy(copy())).toBe(false)
    for (const issuer of [
      { kind: 'account', key: ISSUER_KEY },
      { kind: 'work', key: ISSUER_KEY, bits: 10 },
    ])
      expect(parsePolicy({ ...copy(), issuer }).issuer).toEqual(issuer)
    expect(modulusOf(ISSUER_KEY)).toHaveLength(256)
    // These keys have a wrong exponent, an even modulus, a modulus that is too short, and a wrong encoding.
    for (const [from, to] of [
      [/B$/, 'D'],
      [/wIDAQAB$/, 'gIDAQAB'],
      [/KCAQEAz/, 'KCAQEAA'],
      [/wIDAQAB$/, 'xIDAQAB'],
    ] as const)
      expect(() => modulusOf(ISSUER_KEY.replace(from, to))).toThrow(/issuer.key/)
  })

  it('a policy is refused with a δ above 1/n² for a goal of n', () => {
    const goal = { ...copy(), aggregationGoal: 5000 }
    expect(() => parsePolicy({ ...goal, delta: 1e-6 })).toThrow(/delta is not valid/)
    expect(parsePolicy({ ...goal, delta: 4e-8 }).delta).toBe(4e-8)
  })

  it('a value other than an object is refused as a policy', () => {
    for (const value of [null, undefined, 3, 'policy', []])
      expect(() => parsePolicy(value)).toThrow(/Policy: /)
  })
})

describe('a task', () => {
  it('a task is accepted only with its policy’s own hash and the right role', async () => {
    const keys = await generateSigningKeys()
    const signing = toBase64((await exportSigningKeys(keys)).publicKey)
    const policy = { ...TEST_POLICY, leader: { ...TEST_POLICY.leader, signing } }
    const hash = await policyHash(policy)
    const time = 1_700_000_000_000
    const signed = async (role: string, round: number, at = time) =>
      toBase64(await sign(keys, taskMessage({ role, round, policyHash: hash, time: at })))
    const task = {
      ...{ protocol: 3, role: 'leader', round: 1, state: 'open', policyHash: hash, policy },
      ...{ time, signature: await signed('leader', 1) },
    }
    expect(await parseTask(task, 'leader')).toEqual(task)
    await expect(parseTask(task, 'helper')).rejects.toThrow(/role/)
    const lying = { ...task, policy: { ...policy, clipNorm: 0.04 } }
    await expect(parseTask(lying, 'leader')).rejects.toThrow(/hash/)
    await expect(parseTask({ ...task, round: 0 }, 'leader')).rejects.toThrow(/round/)
    await expect(parseTask({ ...task, protocol: 2 }, 'leader')).rejects.toThrow(/protocol/)
    // A signature covers one role, round and time, and must be made with the key that the policy names.
    for (const wrong of [undefined, '1', 1.5, -1, Number.NaN])
      await expect(parseTask({ ...task, time: wrong }, 'leader')).rejects.toThrow(/no time/)
    const other = await signed('leader', 1, time + 1000)
    for (const signature of [await signed('helper', 1), await signed('leader', 2), other, ''])
      await expect(parseTask({ ...task, signature }, 'leader')).rejects.toThrow(/not signed/)
    const others = { ...policy, leader: TEST_POLICY.leader }
    const swapped = { ...task, policy: others, policyHash: await policyHash(others) }
    await expect(parseTask(swapped, 'leader')).rejects.toThrow(/not signed/)
    await expect(parseTask(null, 'leader')).rejects.toThrow(/no task/)
    // A task with an unknown state counts as closed.
    expect((await parseTask({ ...task, state: 'ajar' }, 'leader')).state).toBe('closed')
  })
})
