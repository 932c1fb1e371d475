import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highestRows } from './highest.ts'

describe('highestRows', () => {
  it('is the beginning of the whole order, equal scores by row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 90 }),
        (values, places) => {
          const scores = Float32Array.from(values)
          const order = values.map((_, row) => row).sort((a, b) => scores[b] - scores[a] || a - b)
          expect(highestRows(scores, places)).toEqual(order.slice(0, places))
        },
      ),
      { numRuns: 500 },
    )
  })
})
