import fc from 'fast-check'
import { expect, test } from 'vitest'
import { norm } from '../privacy/clip.ts'
import { joinParts, splitMean } from './updateParts.ts'

const numbers = (length: number) =>
  fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: length, maxLength: length })
const items = fc
  .array(fc.constantFrom(0, 1), { minLength: 6, maxLength: 6 })
  .filter((counts) => counts.includes(1))
const terms = fc.record({
  clipNorm: fc.double({ min: 0.01, max: 10, noNaN: true }),
  countShare: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
})

test('the norm of gradient and counts together is at most the clip norm', () => {
  fc.assert(
    fc.property(numbers(4), items, terms, (gradient, counts, { clipNorm, countShare }) => {
      const joined = joinParts(gradient, counts, { clipNorm, countShare })
      expect(norm(joined)).toBeLessThanOrEqual(clipNorm * (1 + 1e-9))
      // The counts of every device have the same norm, however many items the device counts.
      expect(norm(joined.subarray(4))).toBeCloseTo(Math.sqrt(countShare) * clipNorm, 9)
    }),
  )
})

test('the server gets back the mean of the clipped gradients and the sum of the counts', () => {
  fc.assert(
    fc.property(numbers(4), items, terms, (gradient, counts, some) => {
      const joined = joinParts(gradient, counts, some)
      const found = splitMean(joined, { ...some, aggregationGoal: 1 }, 4)
      const factor = Math.min(1, some.clipNorm / norm(gradient))
      const length = norm(counts)
      gradient.forEach((x, f) => {
        expect(found.gradient[f]).toBeCloseTo(x === 0 ? 0 : x * factor, 6)
      })
      counts.forEach((x, i) => {
        expect(found.counts[i]).toBeCloseTo(x / length, 6)
      })
    }),
  )
})

test('a device without items sends zeros in place of counts', () => {
  const joined = joinParts([1, 0], [0, 0, 0], { clipNorm: 1, countShare: 0.5 })
  expect([...joined.subarray(2)]).toEqual([0, 0, 0])
})
