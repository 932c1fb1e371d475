import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { circuitOf } from '../protocol/report.ts'
import { TEST_POLICY } from '../protocol/testPolicy.ts'
import { MODULUS } from './pine/field.ts'
import { expandHelperShare, leaderShareBytes, PROOF_RANDOM_BYTES, shard } from './pine/pine.ts'
import { cryptoRandomBytes } from './randomBytes.ts'
import { addShare, helperSeeds, SEED_BYTES } from './shares.ts'

const binding = {
  task: 'test',
  round: 3,
  policyHash: 'ab'.repeat(32),
  modelHash: 'cd'.repeat(32),
}
const d = 8
const circuit = circuitOf({
  ...TEST_POLICY,
  parameters: { featureWeights: d },
})

const elements = fc
  .array(fc.integer({ min: 0, max: MODULUS - 1 }), { minLength: d, maxLength: d })
  .map((values) => Uint32Array.from(values))

async function split(vector: Uint32Array, length = d) {
  const seeds = await helperSeeds(cryptoRandomBytes(SEED_BYTES), binding)
  const random = cryptoRandomBytes(PROOF_RANDOM_BYTES)
  const { leaderShare } = await shard(circuit, vector, cryptoRandomBytes(16), seeds, random)
  const share = new Uint32Array(leaderShare.buffer, leaderShare.byteOffset, length)
  return { leader: share, helper: await expandHelperShare(seeds, length), leaderShare }
}

describe('two shares', () => {
  it('both servers’ sums of shares add up to the sum of the devices’ vectors, whether or not proofs hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(elements, { minLength: 1, maxLength: 5 }), async (vectors) => {
        const [leader, helper, plain] = [0, 1, 2].map(() => new Uint32Array(d))
        for (const vector of vectors) {
          const shares = await split(vector)
          addShare(leader, shares.leader)
          addShare(helper, shares.helper)
          addShare(plain, vector)
        }
        addShare(leader, helper)
        expect([...leader]).toEqual([...plain])
      }),
      { numRuns: 20 },
    )
  })

  it('a seed expands to another share for another task, round, policy or model', async () => {
    const seed = new Uint8Array(SEED_BYTES)
    const seeds = await helperSeeds(seed, binding)
    for (const other of [
      { ...binding, task: 'tests' },
      { ...binding, round: 4 },
      { ...binding, policyHash: '00'.repeat(32) },
      { ...binding, modelHash: '00'.repeat(32) },
    ])
      expect(await helperSeeds(seed, other)).not.toEqual(seeds)
  })

  it('shares of different lengths can’t be added', () => {
    expect(() => addShare(new Uint32Array(3), new Uint32Array(2))).toThrow(/length/)
  })
})

/**
 * χ² of the lower three bytes of many shares against uniform: mean 255, standard deviation √510. The fourth byte isn't
 * quite uniform, because the field ends 2²⁰ below 2³².
 */
function byteChiSquare(shares: readonly Uint32Array[]): number {
  const counts = new Float64Array(256)
  for (const share of shares) {
    for (const element of share) {
      for (let byte = 0; byte < 3; byte++) counts[(element >>> (8 * byte)) & 0xff]++
    }
  }
  const expected = counts.reduce((sum, count) => sum + count) / 256
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

describe('the view of one aggregator', () => {
  it.each([
    ['zeros', 0],
    ['a constant', 200],
  ] as const)(
    'the view of one aggregator is uniform even for an update of %s',
    async (_, value) => {
      const vector = new Uint32Array(d).fill(value)
      const length = (leaderShareBytes(circuit) - 2 * SEED_BYTES) / 4
      const leader: Uint32Array[] = []
      const helper: Uint32Array[] = []
      for (let i = 0; i < 60; i++) {
        const shares = await split(vector, length)
        leader.push(shares.leader)
        helper.push(shares.helper)
      }
      // The limit is six standard deviations: correct shares fail once in millions of runs, and plain vectors
      // always fail.
      const limit = 255 + 6 * Math.sqrt(510)
      expect(byteChiSquare(leader)).toBeLessThan(limit)
      expect(byteChiSquare(helper)).toBeLessThan(limit)
      expect(byteChiSquare(leader.map(() => vector))).toBeGreaterThan(limit)
    },
  )

  it('one aggregator’s share does not distinguish two updates', async () => {
    // Tries to distinguish the updates by comparing the mean of a share with a threshold.
    const [small, large] = [new Uint32Array(d), new Uint32Array(d).fill(MODULUS - 1)]
    let right = 0
    const games = 400
    for (let i = 0; i < games; i++) {
      const isLarge = i % 2 === 1
      const { leader } = await split(isLarge ? large : small)
      const mean = leader.reduce((sum, x) => sum + x, 0) / leader.length
      if (mean > MODULUS / 2 === isLarge) right++
    }
    expect(Math.abs(right / games - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / games))
  })
})
