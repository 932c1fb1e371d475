import { expect, it } from 'vitest'
import { ndcgOfCases } from './dataset.ts'

const one = (targets: readonly number[]) => ({
  shopper: '',
  time: 0,
  history: [],
  targets,
  weight: 1,
})

it('a target outside the candidates counts as missed', () => {
  const table = {
    cases: [one([0]), one([0, 99])],
    start: Int32Array.of(0, 3, 6),
    target: Float32Array.of(1, 0, 0, 1, 0, 0),
  }
  const scores = Float64Array.of(1, 2, 0, 5, 2, 0)
  const [second, half] = ndcgOfCases(table, scores)
  expect(second).toBeCloseTo(1 / Math.log2(3), 10)
  expect(half).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 10)
})
