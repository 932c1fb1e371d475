import { expect, it } from 'vitest'
import { createRateLimit } from './rateLimit.ts'

it('lets a burst through, then so many a minute, each address by itself', () => {
  const limit = createRateLimit(2)
  expect([0, 0, 0].map((now) => limit.take('a', now))).toEqual([0, 0, 30])
  expect(limit.take('b', 0)).toBe(0)
  expect(limit.take('a', 29_000)).toBe(1)
  expect(limit.take('a', 30_000)).toBe(0)
  // Backwards in time refills nothing, and takes nothing away for good.
  expect(limit.take('a', 0)).toBe(30)
  expect(limit.take('a', 10 * 60_000)).toBe(0)
})
