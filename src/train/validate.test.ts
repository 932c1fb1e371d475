import { expect, it } from 'vitest'
import { bestBeyondError, type Validation } from './validate.ts'

function validation(ndcgs: readonly number[]): Validation {
  const ndcg = ndcgs.reduce((sum, value) => sum + value, 0) / ndcgs.length
  return { cases: ndcgs.length, ndcgs, ndcg, hitRate: 0, ndcgNew: 0 }
}

it('keeps the first model unless another is better beyond the error', () => {
  const first = validation([0.2, 0.2, 0.2, 0.2])
  const lucky = validation([0.9, 0.1, 0.1, 0.1])
  const better = validation([0.3, 0.32, 0.28, 0.3])
  expect(bestBeyondError([first, lucky])).toBe(0)
  expect(bestBeyondError([first, lucky, better])).toBe(2)
  expect(bestBeyondError([first, validation([0.1, 0.2, 0.2, 0.2])])).toBe(0)
})
