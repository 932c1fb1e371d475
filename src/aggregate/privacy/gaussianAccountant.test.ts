import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beyondLimits } from '../protocol/beyondLimits.ts'
import { DEVICE_LIMITS } from '../protocol/deviceLimits.ts'
import { TEST_POLICY } from '../protocol/testPolicy.ts'
import {
  costOf,
  deltaOf,
  epsilonOf,
  muAt,
  noiseFor,
  substitutionMu,
  zeroOutMu,
} from './gaussianAccountant.ts'

describe('ε of the Gaussian mechanism', () => {
  // The expected ε were computed by the exact form in google/differential-privacy's dp_accounting 0.6.0.
  it.each([
    { z: 1, times: 1, delta: 1e-5, epsilon: 4.3771780956817 },
    { z: 4.530877117, times: 1, delta: 1e-6, epsilon: 0.9273923379975922 },
    { z: 10, times: 100, delta: 1e-6, epsilon: 4.886554117462271 },
    { z: Math.sqrt(3), times: 3, delta: 0.126936, epsilon: 1.00000406114976 },
  ])(
    'ε of the Gaussian mechanism for z = $z, $times times, δ = $delta is $epsilon',
    ({ z, times, delta, epsilon }) => {
      const spent = epsilonOf(Math.sqrt(times) / z, delta)
      expect(Math.abs(spent / epsilon - 1)).toBeLessThan(1e-9)
    },
  )

  it('`epsilonOf` is the inverse of δ(ε), from μ = 0.01 to 30 and from δ = 1e-12 to 1e-3', () => {
    for (const mu of [0.01, 0.3, 1, 2.5, 8, 30]) {
      for (const delta of [1e-12, 1e-9, 1e-6, 1e-3]) {
        const epsilon = epsilonOf(mu, delta)
        if (epsilon === 0) expect(deltaOf(0, mu)).toBeLessThanOrEqual(delta)
        else {
          expect(Math.abs(deltaOf(epsilon, mu) / delta - 1)).toBeLessThan(1e-6)
          expect(Math.abs(muAt(epsilon, delta) - mu)).toBeLessThan(2e-4)
        }
      }
    }
  })

  it('ε falls as δ rises, rises with participations, and is 0 without participations', () => {
    expect(epsilonOf(0, 1e-6)).toBe(0)
    expect(epsilonOf(1, 1e-5)).toBeLessThan(epsilonOf(1, 1e-6))
    expect(epsilonOf(Math.SQRT2, 1e-6)).toBeGreaterThan(epsilonOf(1, 1e-6))
  })

  it('ε is infinite, and every device refuses the terms, if the noise is so small that μ or ε overflows', () => {
    for (const mu of [2e154, Number.POSITIVE_INFINITY, Number.NaN])
      expect(epsilonOf(mu, 1e-6)).toBe(Number.POSITIVE_INFINITY)
    expect(muAt(Number.POSITIVE_INFINITY, 1e-6)).toBeGreaterThan(0)
    for (const noiseMultiplier of [1e-150, 1e-154, 1e-160, 5e-324]) {
      const terms = { ...TEST_POLICY, noiseMultiplier, delta: 1e-6 }
      expect(costOf(terms).year).toBeGreaterThan(1e300)
      expect(beyondLimits(terms, { ...DEVICE_LIMITS, aggregationGoal: 2 })).toContain('ε')
    }
  })

  it('`epsilonOf` refuses a δ outside (0, 1)', () => {
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
  ])('ε of published noise multipliers at δ = 1e-6, for $times participations', ({ times, z }) => {
    for (const [i, epsilon] of [1, 2, 4, 8].entries()) {
      // The published values of z are rounded to three decimals.
      expect(epsilonOf(Math.sqrt(times) / (z[i] + 6e-4), 1e-6)).toBeLessThanOrEqual(epsilon)
      expect(epsilonOf(Math.sqrt(times) / (z[i] - 6e-4), 1e-6)).toBeGreaterThanOrEqual(epsilon)
      // The published z are for zero-out; substitution needs twice the noise.
      const least = noiseFor(epsilon, times, 1e-6)
      expect(Math.abs(least - 2 * z[i])).toBeLessThan(1.2e-3)
      expect(epsilonOf(substitutionMu(times / least ** 2), 1e-6)).toBeLessThanOrEqual(epsilon)
    }
  })
})

describe('ε by substitution and by zero-out', () => {
  const terms = { delta: 1e-6, periodDays: 365 }

  it.each([
    { z: 1, k: 4, zeroOut: [4.89, 11], substitution: [11, 26.4] },
    { z: 4.134, k: 12, zeroOut: [1.02, 4], substitution: [2.2, 8.9] },
  ])(
    'ε by substitution and by zero-out match published values for z = $z and $k updates',
    (row) => {
      const cost = costOf({ ...terms, noiseMultiplier: row.z, maxParticipations: row.k })
      const { report, year, zeroOut } = cost
      expect(Math.abs(zeroOut.report - row.zeroOut[0])).toBeLessThan(0.05)
      expect(Math.abs(zeroOut.year - row.zeroOut[1])).toBeLessThan(0.05)
      expect(Math.abs(report - row.substitution[0])).toBeLessThan(0.05)
      expect(Math.abs(year - row.substitution[1])).toBeLessThan(0.05)
    },
  )

  const noise = fc.double({ min: 0.5, max: 50, noNaN: true })
  const delta = fc.constantFrom(1e-10, 1e-6, 1e-3)

  it('ε by substitution (another update) is at least ε by zero-out (zeros), and equals ε by zero-out at half the noise', () => {
    fc.assert(
      fc.property(fc.array(noise, { minLength: 1, maxLength: 12 }), delta, (all, at) => {
        const loss = all.reduce((sum, z) => sum + z ** -2, 0)
        const halved = all.reduce((sum, z) => sum + (z / 2) ** -2, 0)
        const substituted = epsilonOf(substitutionMu(loss), at)
        expect(substituted).toBeGreaterThanOrEqual(epsilonOf(zeroOutMu(loss), at))
        expect(substitutionMu(loss)).toBeCloseTo(zeroOutMu(halved), 9)
        expect(substituted).toBeCloseTo(epsilonOf(zeroOutMu(halved), at), 6)
      }),
    )
  })

  it('two rounds together cost at least as much as one round, and at most the sum of both rounds’ costs', () => {
    fc.assert(
      fc.property(noise, noise, delta, (one, other, at) => {
        const loss = (z: number) => z ** -2
        const both = epsilonOf(substitutionMu(loss(one) + loss(other)), at)
        const [first, second] = [one, other].map((z) => epsilonOf(substitutionMu(loss(z)), at / 2))
        expect(both).toBeGreaterThanOrEqual(epsilonOf(substitutionMu(loss(one)), at) - 1e-9)
        expect(both).toBeLessThanOrEqual(first + second + 1e-9)
      }),
    )
  })
})
