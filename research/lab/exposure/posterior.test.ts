import { createRandom } from '@nearside/core/model/random.ts'
import { expect, test } from 'vitest'
import { drawParameters } from './posterior.ts'

/** One case of two candidates that differ in the first parameter only; the third may not move. */
const problem = (weight: number) => ({
  ...{ cases: 1, candidates: 2, parameters: 3, steps: 1 },
  design: Float32Array.of(2, 0, 5, 0, 0, 5),
  offset: Float32Array.of(0, 0),
  target: Float32Array.of(1, 0),
  weight: Float32Array.of(weight),
  mean: new Float32Array(3),
  precision: Float32Array.of(4, 25, 0),
  stepSize: Float32Array.of(1, 1, 0),
})

test.each([
  ['draws from the prior without a test case', 0, [1 / 4, 1 / 25, 0]],
  // Both candidates have probability p = ½, so the case adds p (1 − p) · 2² · weight = 8 to the precision 4.
  ['draws with less variance where a test case informs', 8, [1 / 12, 1 / 25, 0]],
])('%s', (_, weight, variances) => {
  const random = createRandom(3)
  const draws = Array.from({ length: 20_000 }, () =>
    drawParameters(problem(weight), Float32Array.of(0, 1, 7), random),
  )
  for (const [j, variance] of variances.entries()) {
    const values = draws.map((draw) => draw[j])
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length
    const found = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length
    expect(mean).toBeCloseTo([0, 1, 7][j], 1)
    // Five standard errors.
    expect(Math.abs(found - variance)).toBeLessThanOrEqual(5 * variance * Math.sqrt(2 / 20_000))
  }
})
