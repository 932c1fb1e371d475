import { expect, it } from 'vitest'
import { createRateLimit } from './http.ts'

it('the rate limit allows a burst, then the rate per minute, for each address separately', () => {
  const waitOf = createRateLimit(2)
  expect([0, 0, 0].map((now) => waitOf('a', now))).toEqual([0, 0, 30])
  expect(waitOf('b', 0)).toBe(0)
  expect(waitOf('a', 29_000)).toBe(1)
  expect(waitOf('a', 30_000)).toBe(0)
  // A clock that moves backwards neither grants additional requests nor blocks an address for ever.
  expect(waitOf('a', 0)).toBe(30)
  expect(waitOf('a', 10 * 60_000)).toBe(0)
})
