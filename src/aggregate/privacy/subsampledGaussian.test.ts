import { describe, expect, it } from 'vitest'
import { rows } from './dpReferenceValues.json' with { type: 'json' }
import { epsilonOf } from './gaussianAccountant.ts'
import {
  LEAST_SIGMA,
  lossEpsilon,
  RENYI_ORDERS,
  renyiDivergence,
  renyiEpsilon,
} from './subsampledGaussian.ts'

const off = (measured: number, reference: number) => measured / reference - 1

describe.each(rows)('σ = $sigma, q = $q, $steps steps, δ = $delta', (row) => {
  it(`Rényi divergence gives the published ε of ${row.rdp}`, () => {
    expect(RENYI_ORDERS).toContain(row.order)
    expect(Math.abs(off(renyiEpsilon(row), row.rdp))).toBeLessThan(1e-9)
  })

  it(`the loss distribution gives the published ε of ${row.pld}, or hardly more`, () => {
    const epsilon = lossEpsilon(row)
    const error = off(epsilon, row.pld)
    expect(Math.abs(error)).toBeLessThan(1e-4)
    // The result is never below the true ε: it is at least the exact value, and at least the published pessimistic
    // bound.
    expect(error).toBeGreaterThan(-1e-8)
    expect(row.exact === null || epsilon >= row.exact).toBe(true)
  })
})

describe('Rényi divergence of 50 steps, σ = 2.5, q = 0.01', () => {
  // Values of dp_accounting's own tests.
  it.each([
    [1.5, 6.70579741e-4],
    [2.5, 1.0854871e-3],
    [5, 2.18075656e-3],
    [50, 2.38460375e-2],
    [100, 167.416],
  ])('Rényi divergence of order %d: %d', (order, divergence) => {
    const measured = 50 * renyiDivergence({ sigma: 2.5, q: 0.01 }, order)
    expect(Math.abs(off(measured, divergence))).toBeLessThan(3e-6)
  })
})

describe('the loss distribution', () => {
  it.each([
    { sigma: 1, q: 1, steps: 4, delta: 1e-6 },
    { sigma: 4.134, q: 1, steps: 12, delta: 1e-6 },
    { sigma: LEAST_SIGMA, q: 1, steps: 1, delta: 1e-6 },
    { sigma: 1, q: 1, steps: 4, delta: 1e-10 },
  ])(
    'the loss distribution exceeds the exact ε by 1e-4 at most, and is never below: $sigma, $steps, $delta',
    (given) => {
      const error = off(
        lossEpsilon(given),
        epsilonOf(Math.sqrt(given.steps) / given.sigma, given.delta),
      )
      expect(error).toBeGreaterThanOrEqual(0)
      expect(error).toBeLessThan(1e-4)
    },
  )

  it('the loss distribution’s ε stays below Rényi’s bound if one step costs almost no privacy', () => {
    const given = { sigma: 4, q: 1e-4, steps: 100_000, delta: 1e-6 }
    expect(lossEpsilon(given)).toBeLessThan(renyiEpsilon(given))
    expect(lossEpsilon(given)).toBeGreaterThan(0.7 * renyiEpsilon(given))
  })

  it('the loss distribution refuses a δ or σ below its resolution', () => {
    expect(() => lossEpsilon({ sigma: 0.04, q: 1, steps: 1, delta: 1e-6 })).toThrow(/σ/)
    expect(() => lossEpsilon({ sigma: 1, q: 1, steps: 1, delta: 1e-11 })).toThrow(/δ/)
  })
})
