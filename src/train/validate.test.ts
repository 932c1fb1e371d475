import { expect, it } from 'vitest'
import { bestBeyondError } from './validate.ts'

it('bestBeyondError keeps the first model unless another is better by more than the gain’s standard error', () => {
  const first = [0.2, 0.2, 0.2, 0.2]
  const lucky = [0.9, 0.1, 0.1, 0.1]
  const better = [0.3, 0.32, 0.28, 0.3]
  expect(bestBeyondError([first, lucky])).toEqual({ best: 0, lift: 0, error: 0 })
  expect(bestBeyondError([first, lucky, better])).toMatchObject({
    best: 2,
    lift: expect.closeTo(0.1, 12),
  })
  expect(bestBeyondError([first, [0.1, 0.2, 0.2, 0.2]]).best).toBe(0)
  expect(bestBeyondError([[], []])).toEqual({ best: 0, lift: 0, error: 0 })
})
