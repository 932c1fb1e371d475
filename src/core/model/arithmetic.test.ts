import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp } from './arithmetic.ts'

const close = (given: number, wanted: number) =>
  expect(Math.abs(given - wanted)).toBeLessThanOrEqual(4e-16 * wanted + Number.MIN_VALUE)

test('exp(x) agrees with Math.exp except for the last bits', () => {
  const numbers = fc.oneof(
    ...[708, 1].map((most) => fc.double({ min: -most, max: most, noNaN: true })),
  )
  fc.assert(
    fc.property(numbers, (x) => {
      close(exp(x), Math.exp(x))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  [0, 1],
  [-0, 1],
  [1, Math.E],
  [709.782712893384, 1.7976931348622732e308],
  [710, Number.POSITIVE_INFINITY],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [-746, 0],
  [Number.NEGATIVE_INFINITY, 0],
])('e^%d is %d', (x, wanted) => {
  if (wanted === 0 || wanted === 1 || wanted === Number.POSITIVE_INFINITY)
    expect(exp(x)).toBe(wanted)
  else close(exp(x), wanted)
})

test('exp(NaN) is NaN', () => {
  expect(exp(Number.NaN)).toBeNaN()
})

test('exp(x) agrees with Math.exp for subnormal results', () => {
  for (const x of [-709, -720, -740, -745]) {
    expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(
      2 * Number.MIN_VALUE + 4e-16 * Math.exp(x),
    )
  }
})
