import { expect, it } from 'vitest'
import { liftOver } from './results.ts'
import { type RowCase, Rows } from './rows.ts'

const [A, B] = ['a', 'b'].map((arm) => ({ arm, metric: 'ndcg@10' }))

/** Twenty shoppers; for each of them, arm a is better than arm b by a factor. */
function rowsOf(factor: number): Rows<RowCase> {
  const rows = new Rows<RowCase>()
  for (let s = 0; s < 20; s++) {
    rows.begin({ shopper: `s${s}` })
    rows.put(B, 0.2 + 0.01 * s)
    rows.put(A, factor * (0.2 + 0.01 * s))
  }
  return rows
}

it('the spread between training seeds widens the interval of a lift', () => {
  const averaged = (factors: readonly number[]) =>
    liftOver(
      Rows.average(factors.map(rowsOf), ([one]) => one),
      A,
      B,
      1,
    )
  const alone = averaged([1.1])
  expect(alone).toMatchObject({ lo: expect.closeTo(0.1, 9), hi: expect.closeTo(0.1, 9) })
  expect(averaged([1.1, 1.1, 1.1])).toMatchObject({ lo: expect.closeTo(0.1, 9) })
  // The spread is Student's t with two degrees of freedom, 4.30, times the standard error, 0.01 / √3.
  const spread = (4.3 * 0.01) / Math.sqrt(3)
  const found = averaged([1.09, 1.1, 1.11])
  expect(found?.relative).toBeCloseTo(0.1, 9)
  expect(found?.lo).toBeCloseTo(0.1 - spread, 6)
  expect(found?.hi).toBeCloseTo(0.1 + spread, 6)
})
