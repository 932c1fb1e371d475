import { createRandom } from '@nearside/core/model/random.ts'
import { describe, expect, it } from 'vitest'
import { circuitOf } from '../../protocol/report.ts'
import { TEST_POLICY } from '../../protocol/testPolicy.ts'
import { quantize, toResidues } from '../quantize.ts'
import { cryptoRandomBytes } from '../randomBytes.ts'
import { MODULUS, power, residue } from './field.ts'
import { isProven, PROOF_RANDOM_BYTES, prepare, shard } from './pine.ts'

const policy = { ...TEST_POLICY, parameters: { featureWeights: 102 } }
const circuit = circuitOf(policy)
const BOUND = circuit.normBound

interface Sent {
  readonly nonce: Uint8Array
  readonly seeds: Uint8Array
  readonly publicShare: Uint8Array
  readonly leaderShare: Uint8Array
}

async function send(integers: ArrayLike<number>, changes: Partial<Sent> = {}): Promise<Sent> {
  const vector = new Uint32Array(circuit.dimension)
  vector.set(Array.from(integers, residue))
  const nonce = changes.nonce ?? cryptoRandomBytes(16)
  const seeds = changes.seeds ?? cryptoRandomBytes(128)
  const random = cryptoRandomBytes(PROOF_RANDOM_BYTES)
  return { nonce, seeds, ...(await shard(circuit, vector, nonce, seeds, random)) }
}

const KEY = cryptoRandomBytes(32)

/** Whether both aggregators accept their shares of the report. */
async function isTaken({ nonce, seeds, publicShare, leaderShare }: Sent): Promise<boolean> {
  const one = await prepare(circuit, 'leader', KEY, nonce, publicShare, leaderShare)
  const other = await prepare(circuit, 'helper', KEY, nonce, publicShare, seeds)
  return one !== null && other !== null && isProven(circuit, one.verifiers, other.verifiers)
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] ^= 1
  return changed
}

/**
 * Number of honest reports; for more: `NEARSIDE_HONEST=10000 npx vitest run --project node
 * src/aggregate/privacy/pine/pine.test.ts`
 */
const HONEST = Number(process.env.NEARSIDE_HONEST ?? 60)

describe('a vector within the norm bound', () => {
  it(`a vector within the norm bound, also exactly at the bound, is accepted ${HONEST} times of ${HONEST}`, async () => {
    const random = createRandom(1)
    for (let i = 0; i < HONEST; i++) {
      const size = [0, 1e-4, 1e-2, 1][i % 4]
      const update = Float64Array.from({ length: circuit.dimension }, () => size * random.normal())
      const quantized = quantize(update, policy.scale, BOUND, cryptoRandomBytes)
      expect(await isTaken(await send(toResidues(quantized)))).toBe(true)
    }
    for (const x of [BOUND, -BOUND]) expect(await isTaken(await send([0, x]))).toBe(true)
  }, 900_000)
})

describe('a vector beyond the bound', () => {
  // Square root of −1 mod q. The square of this number and the square of 1 add up to 0, so the norm seems to be 0.
  const imaginary = power(17, (MODULUS - 1) / 4)
  /** `count` equal numbers, as small as possible, whose sum of squares wraps around to a sum within the bound. */
  const wrapped = (count: number) => {
    const x = Math.ceil(Math.sqrt(MODULUS / count))
    expect(count * x * x - MODULUS).toBeLessThanOrEqual(BOUND ** 2)
    return new Array(count).fill(x)
  }
  it.each([
    ['one step too long', [BOUND + 1]],
    ['one step too long in one of two coordinates', [BOUND, 1]],
    ['twice the bound', [2 * BOUND]],
    ['1,000 times the bound', [1000 * BOUND]],
    ['too long in every coordinate', new Array(102).fill(BOUND / 2)],
    ['the largest of the field', new Array(102).fill((MODULUS - 1) / 2)],
    ['squares wrap around to 0', [1, imaginary]],
    ['squares wrap around to 10⁶', [1000, 1, imaginary]],
    ['squares wrap around, in 1 coordinate', wrapped(1)],
    ['squares wrap around, in 4', wrapped(4)],
    ['squares wrap around, in 16', wrapped(16)],
    ['squares wrap around, in all 102', wrapped(102)],
  ])('a vector beyond the bound is refused: %s', async (_, integers) => {
    expect(await isTaken(await send(integers))).toBe(false)
  })
})

it('a vector whose squares wrap around passes each check with probability ½ at most', () => {
  // The sum of ±x over `count` equal numbers is x·(k − count) mod q; k is binomial (2·count draws, chance ½).
  for (const count of [1, 2, 3, 4, 5, 7, 8, 11, 16, 31, 64, 102, 500]) {
    for (let stretch = 1; stretch < 9; stretch += 0.37) {
      const x = Math.min((MODULUS - 1) / 2, Math.ceil(stretch * Math.sqrt(MODULUS / count)))
      let chance = 0
      let term = -2 * count * Math.LN2
      for (let k = 0; k <= 2 * count; k++) {
        const sum = residue(x * (k - count))
        const isNear = Math.min(sum, MODULUS - sum) <= circuit.wraparoundBound
        if (isNear) chance += Math.exp(term)
        term += Math.log((2 * count - k) / (k + 1))
      }
      expect(chance).toBeLessThanOrEqual(0.5 + 1e-9)
    }
  }
})

describe('a proof', () => {
  it('a proof holds only for its own nonce, shares and seeds', async () => {
    const [mine, other] = [await send([5, -7]), await send([5, -7])]
    expect(await isTaken(mine)).toBe(true)
    for (const change of ['nonce', 'seeds', 'publicShare', 'leaderShare'] as const)
      expect(await isTaken({ ...mine, [change]: other[change] })).toBe(false)
    // A forger sends another vector with the nonce and seeds of `mine`, and with the commitments or proof of `mine`.
    const again = await send([6, -7], { nonce: mine.nonce, seeds: mine.seeds })
    expect(await isTaken(again)).toBe(true)
    expect(await isTaken({ ...again, publicShare: mine.publicShare })).toBe(false)
    const vectorBytes = 4 * circuit.measurementLength
    const swapped = again.leaderShare.slice()
    swapped.set(mine.leaderShare.subarray(vectorBytes), vectorBytes)
    expect(await isTaken({ ...again, leaderShare: swapped })).toBe(false)
  })

  it('a proof is refused after a change of any part', async () => {
    const sent = await send([5, -7])
    const { dimension, gradientLength, measurementLength, proofsLength } = circuit
    const starts = [0, dimension, gradientLength, measurementLength - 1, measurementLength]
    const last = measurementLength + proofsLength - 1
    const blinds = 4 * (last + 1)
    for (const at of [...[...starts, last].map((i) => 4 * i), blinds, blinds + 63])
      expect(await isTaken({ ...sent, leaderShare: flipped(sent.leaderShare, at) })).toBe(false)
    for (let at = 0; at < 128; at += 32) {
      expect(await isTaken({ ...sent, seeds: flipped(sent.seeds, at) })).toBe(false)
      expect(await isTaken({ ...sent, publicShare: flipped(sent.publicShare, at) })).toBe(false)
    }
  })

  it('a proof fails when the two servers check it under different keys', async () => {
    const { nonce, seeds, publicShare, leaderShare } = await send([1])
    const one = await prepare(circuit, 'leader', KEY, nonce, publicShare, leaderShare)
    const otherKey = cryptoRandomBytes(32)
    const other = await prepare(circuit, 'helper', otherKey, nonce, publicShare, seeds)
    if (one === null || other === null) throw new Error('no halves')
    expect(isProven(circuit, one.verifiers, other.verifiers)).toBe(false)
  })

  it('a proof is refused if a share has another length or a number of q or more', async () => {
    const { nonce, publicShare, leaderShare } = await send([1])
    const open = (share: Uint8Array) => prepare(circuit, 'leader', KEY, nonce, publicShare, share)
    expect(await open(leaderShare.slice(4))).toBeNull()
    const beyond = leaderShare.slice()
    beyond.fill(0xff, 0, 4)
    expect(await open(beyond)).toBeNull()
  })
})
