import { describe, expect, it } from 'vitest'
import {
  compose,
  deltaOf,
  epsilonOf,
  noiseMultiplierFor,
  spentEpsilon,
} from './gaussianAccountant.ts'

describe('ε of the Gaussian mechanism', () => {
  // google/differential-privacy dp_accounting 0.6.0, exact form.
  it.each([
    { z: 1, times: 1, delta: 1e-5, epsilon: 4.3771780956817 },
    { z: 4.530877117, times: 1, delta: 1e-6, epsilon: 0.9273923379975922 },
    { z: 10, times: 100, delta: 1e-6, epsilon: 4.886554117462271 },
    { z: Math.sqrt(3), times: 3, delta: 0.126936, epsilon: 1.00000406114976 },
  ])('z = $z, $times times, δ = $delta: $epsilon', ({ z, times, delta, epsilon }) => {
    const spent = spentEpsilon(new Array<number>(times).fill(z), delta)
    expect(Math.abs(spent / epsilon - 1)).toBeLessThan(1e-9)
  })

  it('inverts δ(ε) over the range that matters', () => {
    for (const mu of [0.01, 0.3, 1, 2.5, 8, 30]) {
      for (const delta of [1e-12, 1e-9, 1e-6, 1e-3]) {
        const epsilon = epsilonOf(mu, delta)
        if (epsilon === 0) expect(deltaOf(0, mu)).toBeLessThanOrEqual(delta)
        else expect(Math.abs(deltaOf(epsilon, mu) / delta - 1)).toBeLessThan(1e-6)
      }
    }
  })

  it('falls with δ, rises with participations, adds nothing for none', () => {
    expect(spentEpsilon([], 1e-6)).toBe(0)
    expect(spentEpsilon([1], 1e-5)).toBeLessThan(spentEpsilon([1], 1e-6))
    expect(spentEpsilon([1, 1], 1e-6)).toBeGreaterThan(spentEpsilon([1], 1e-6))
    // Different noise at different times composes as one.
    expect(compose([3, 4])).toBeCloseTo(5 / 12, 15)
  })

  it('refuses noise that is none', () => {
    expect(() => compose([1, 0])).toThrow(/positive/)
    expect(() => compose([Number.NaN])).toThrow(/positive/)
    expect(() => epsilonOf(1, 0)).toThrow(/δ/)
  })
})

describe('noise multiplier for a budget at δ = 1e-6', () => {
  it.each([
    { times: 1, z: [4.225, 2.23, 1.194, 0.653] },
    { times: 4, z: [8.449, 4.461, 2.387, 1.306] },
    { times: 12, z: [14.635, 7.727, 4.134, 2.262] },
    { times: 26, z: [21.542, 11.373, 6.086, 3.329] },
    { times: 52, z: [30.465, 16.084, 8.607, 4.708] },
  ])('$times participations', ({ times, z }) => {
    const found = [1, 2, 4, 8].map((epsilon) => noiseMultiplierFor(epsilon, 1e-6, times))
    for (const [i, value] of found.entries()) expect(Math.abs(value - z[i])).toBeLessThan(6e-4)
  })
})
