import { describe, expect, it } from 'vitest'
import { deltaOf, epsilonOf, noiseFor } from './gaussianAccountant.ts'

describe('ε of the Gaussian mechanism', () => {
  // google/differential-privacy dp_accounting 0.6.0, exact form.
  it.each([
    { z: 1, times: 1, delta: 1e-5, epsilon: 4.3771780956817 },
    { z: 4.530877117, times: 1, delta: 1e-6, epsilon: 0.9273923379975922 },
    { z: 10, times: 100, delta: 1e-6, epsilon: 4.886554117462271 },
    { z: Math.sqrt(3), times: 3, delta: 0.126936, epsilon: 1.00000406114976 },
  ])('z = $z, $times times, δ = $delta: $epsilon', ({ z, times, delta, epsilon }) => {
    const spent = epsilonOf(Math.sqrt(times) / z, delta)
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
    expect(epsilonOf(0, 1e-6)).toBe(0)
    expect(epsilonOf(1, 1e-5)).toBeLessThan(epsilonOf(1, 1e-6))
    expect(epsilonOf(Math.SQRT2, 1e-6)).toBeGreaterThan(epsilonOf(1, 1e-6))
  })

  it('refuses a δ that is none', () => {
    expect(() => epsilonOf(1, 0)).toThrow(/δ/)
    expect(() => epsilonOf(1, 1)).toThrow(/δ/)
  })
})

describe('ε of published noise multipliers at δ = 1e-6', () => {
  it.each([
    { times: 1, z: [4.225, 2.23, 1.194, 0.653] },
    { times: 4, z: [8.449, 4.461, 2.387, 1.306] },
    { times: 12, z: [14.635, 7.727, 4.134, 2.262] },
    { times: 26, z: [21.542, 11.373, 6.086, 3.329] },
    { times: 52, z: [30.465, 16.084, 8.607, 4.708] },
  ])('$times participations', ({ times, z }) => {
    for (const [i, epsilon] of [1, 2, 4, 8].entries()) {
      // They are rounded to three decimals.
      expect(epsilonOf(Math.sqrt(times) / (z[i] + 6e-4), 1e-6)).toBeLessThanOrEqual(epsilon)
      expect(epsilonOf(Math.sqrt(times) / (z[i] - 6e-4), 1e-6)).toBeGreaterThanOrEqual(epsilon)
      const least = noiseFor(epsilon, times, 1e-6)
      expect(Math.abs(least - z[i])).toBeLessThan(6e-4)
      expect(epsilonOf(Math.sqrt(times) / least, 1e-6)).toBeLessThanOrEqual(epsilon)
    }
  })
})
