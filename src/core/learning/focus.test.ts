import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { focusedShares } from './fitProblem.ts'

describe('focusedShares', () => {
  it('with focus 0 the shares stay the same, and with focus 1 equal shares become proportional to exp(score)', () => {
    expect(focusedShares([0.25, 0.75], [3, 9], 0)).toEqual([0.25, 0.75])
    const [first, second] = focusedShares([0.5, 0.5], [2, 1], 1)
    expect(first / second).toBeCloseTo(Math.E, 10)
  })

  it('shares sum to one, and a lower score never has a larger share', () => {
    const scores = fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 1, noNaN: true }), (values, focus) => {
        const shares = focusedShares(
          values.map(() => 1 / values.length),
          values,
          focus,
        )
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
        for (let k = 1; k < values.length; k++)
          if (values[k] > values[k - 1]) expect(shares[k]).toBeGreaterThanOrEqual(shares[k - 1])
      }),
    )
  })
})
