import { createRandom } from '@nearside/core/model/random.ts'
import { expect, test } from 'vitest'
import { popularityOfCounts, signalOf } from './nextModel.ts'

const random = createRandom(3)
const N = 2000
/** Sales with a long tail: few items sell often. */
const sold = Float64Array.from({ length: N }, (_, i) => 400 / (i + 5))
const noised = (noise: number) => sold.map((x) => x + noise * random.normal())
const mean = (values: Iterable<number>) => [...values].reduce((sum, x) => sum + x, 0) / N
const relative = (values: Float64Array) => values.map((x) => x / mean(values))

test('popularityOfCounts comes closer to the true sales than the noised counts do', () => {
  const noise = 2
  const counts = noised(noise)
  const popularity = popularityOfCounts(counts, noise)
  const found = Float64Array.from(popularity?.popularity30 ?? [], Math.expm1)
  const truth = relative(sold)
  const error = (values: Float64Array) => mean(values.map((x, i) => (x - truth[i]) ** 2))
  expect(error(found)).toBeLessThan(0.5 * error(relative(counts.map((x) => Math.max(0, x)))))
  expect(mean(found)).toBeCloseTo(1, 5)
  expect(found.every((x) => x > 0)).toBe(true)
  expect(popularityOfCounts(counts, noise)).toEqual(popularity)
})

test('without noise, popularityOfCounts returns each count relative to the mean count', () => {
  const found = popularityOfCounts(sold, 0)
  const truth = relative(sold)
  found?.popularity30.forEach((x, i) => {
    expect(x).toBeCloseTo(Math.log1p(truth[i]), 5)
  })
})

test('no popularity is released if nearly all of the variance is noise', () => {
  expect(signalOf(noised(2), 2)).toBeGreaterThan(0.7)
  expect(popularityOfCounts(noised(8), 8)).not.toBeNull()
  expect(popularityOfCounts(noised(40), 40)).toBeNull()
  expect(popularityOfCounts(new Float64Array(N), 1)).toBeNull()
  // In a small catalog, pure noise can look like a signal by chance, but only in a few of 200 draws.
  const released = Array.from({ length: 200 }, () => {
    const counts = Float64Array.from({ length: 30 }, () => random.normal())
    return popularityOfCounts(counts, 1) !== null
  })
  expect(released.filter(Boolean).length).toBeLessThan(10)
})

test('popularity is scaled to a mean number of shoppers per item, if one is given', () => {
  const found = popularityOfCounts(sold, 0, N, 40)
  expect(mean(Array.from(found?.popularity30 ?? [], Math.expm1))).toBeCloseTo(40, 3)
})
