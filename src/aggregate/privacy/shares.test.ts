import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cryptoRandomBytes } from './randomBytes.ts'
import { addShare, expandSeed, SEED_BYTES, split } from './shares.ts'

const binding = {
  task: 'test',
  round: 3,
  policyHash: 'ab'.repeat(32),
  modelHash: 'cd'.repeat(32),
}

const residues = fc
  .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 40 })
  .map((values) => Uint32Array.from(values))

describe('two shares', () => {
  it('add up to the vector', async () => {
    await fc.assert(
      fc.asyncProperty(residues, async (vector) => {
        const seed = cryptoRandomBytes(SEED_BYTES)
        const sum = await split(vector, seed, binding)
        addShare(sum, await expandSeed(seed, binding, vector.length))
        expect([...sum]).toEqual([...vector])
      }),
    )
  })

  it('sum over devices as the vectors do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(residues, { minLength: 1, maxLength: 8 }), async (vectors) => {
        const d = 8
        const [leader, helper, plain] = [0, 1, 2].map(() => new Uint32Array(d))
        for (const vector of vectors) {
          const padded = Uint32Array.from({ length: d }, (_, i) => vector[i] ?? 0)
          const seed = cryptoRandomBytes(SEED_BYTES)
          addShare(leader, await split(padded, seed, binding))
          addShare(helper, await expandSeed(seed, binding, d))
          addShare(plain, padded)
        }
        addShare(leader, helper)
        expect([...leader]).toEqual([...plain])
      }),
      { numRuns: 30 },
    )
  })

  it('are bound to task, round, policy and model', async () => {
    const seed = new Uint8Array(SEED_BYTES)
    const mask = await expandSeed(seed, binding, 8)
    for (const other of [
      { ...binding, task: 'tests' },
      { ...binding, round: 4 },
      { ...binding, policyHash: '00'.repeat(32) },
      { ...binding, modelHash: '00'.repeat(32) },
    ])
      expect([...(await expandSeed(seed, other, 8))]).not.toEqual([...mask])
  })

  it('refuse to be added at another length', () => {
    expect(() => addShare(new Uint32Array(3), new Uint32Array(2))).toThrow(/length/)
  })
})

/** χ² of the bytes of many shares against uniform; mean 255, standard deviation √510. */
function byteChiSquare(shares: readonly Uint32Array[]): number {
  const counts = new Float64Array(256)
  let total = 0
  for (const share of shares) {
    for (const byte of new Uint8Array(share.buffer, share.byteOffset, share.byteLength)) {
      counts[byte]++
      total++
    }
  }
  const expected = total / 256
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

describe('the view of one aggregator', () => {
  it.each([
    ['zeros', 0],
    ['a constant', 52_428],
  ] as const)('is uniform even for an update of %s', async (_, value) => {
    const vector = new Uint32Array(64).fill(value)
    const leader: Uint32Array[] = []
    const helper: Uint32Array[] = []
    for (let i = 0; i < 500; i++) {
      const seed = cryptoRandomBytes(SEED_BYTES)
      leader.push(await split(vector, seed, binding))
      helper.push(await expandSeed(seed, binding, vector.length))
    }
    // Six standard deviations: a correct one fails once in millions of runs, a plain vector always.
    const limit = 255 + 6 * Math.sqrt(510)
    expect(byteChiSquare(leader)).toBeLessThan(limit)
    expect(byteChiSquare(helper)).toBeLessThan(limit)
    expect(byteChiSquare(leader.map(() => vector))).toBeGreaterThan(limit)
  })

  it('does not tell two updates apart', async () => {
    // The best guess of a distinguisher that thresholds the mean of a share.
    const [small, large] = [new Uint32Array(16), new Uint32Array(16).fill(2 ** 31)]
    let right = 0
    const games = 2000
    for (let i = 0; i < games; i++) {
      const isLarge = i % 2 === 1
      const share = await split(isLarge ? large : small, cryptoRandomBytes(SEED_BYTES), binding)
      const mean = share.reduce((sum, x) => sum + x, 0) / share.length
      if (mean > 2 ** 31 === isLarge) right++
    }
    expect(Math.abs(right / games - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / games))
  })
})
