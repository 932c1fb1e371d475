import { createRandom } from '@nearside/core/model/random.ts'
import { expect, test } from 'vitest'
import { compare, fallOf, isSurelyWorse, type Served } from './served.ts'

/** One case per shopper, `time` ascending. */
const served = (ndcgs: readonly number[]): Served => ({
  cases: ndcgs.map((_, time) => ({ shopper: `s${time}`, time, history: [], targets: [0] })),
  ndcgs,
  table: null as never,
})

test('compare uses only the cases that both models ranked, and takes means over shoppers', () => {
  const verdict = compare(served([0.9, 0.5, 0.5, 0.5]), {
    ...served([0.6, 0.4]),
    cases: served([0, 0, 0]).cases.slice(1),
  })
  expect(verdict).toMatchObject({ shoppers: 2, before: 0.5, after: 0.5 })
  expect(verdict.error).toBeCloseTo(0.1, 10)
  expect(isSurelyWorse(verdict)).toBe(false)
})

test('a model is surely worse if it is worse for nearly every shopper', () => {
  const before = served(Array(40).fill(0.5))
  const after = (worse: number) =>
    served(Array.from({ length: 40 }, (_, s) => (s < worse ? 0.3 : 0.51)))
  expect(isSurelyWorse(compare(before, after(38)))).toBe(true)
  expect(isSurelyWorse(compare(before, after(2)))).toBe(false)
  expect(isSurelyWorse(compare(served([]), served([])))).toBe(false)
  // A single shopper gives no spread.
  expect(isSurelyWorse(compare(served([0.5]), served([0.4])))).toBe(false)
})

test('a fall of the ranking’s quality is reported only if it happens among the new cases', () => {
  const random = createRandom(3)
  const stream = (parts: readonly number[]) =>
    served(
      parts.flatMap((level) => Array.from({ length: 200 }, () => level + 0.1 * random.normal())),
    )
  expect(fallOf(stream([0.6, 0.2]), 200)).toMatch(/fell from 0\.\d+ to 0\.\d+/)
  expect(fallOf(stream([0.6, 0.6]), 200)).toBeNull()
  expect(fallOf(stream([0.2, 0.6]), 200)).toBeNull()
  expect(fallOf(stream([0.6, 0.2, 0.2]), 500)).toBeNull()
})
