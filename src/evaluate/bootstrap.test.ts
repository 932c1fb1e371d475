import { createRandom } from '@nearside/core/model/random.ts'
import { quantile } from '@nearside/core/normal.ts'
import { describe, expect, it } from 'vitest'
import { bootstrap, lift, mean, observedMean } from './bootstrap.ts'

const NONE = Number.NaN

function liftOf(values: number[], over: number[], random = createRandom(1), resamples?: number) {
  const statistic = lift(Float64Array.from(values), Float64Array.from(over))
  return bootstrap([statistic], values.length, random, resamples)[0]
}

describe('bootstrap of a lift', () => {
  it('the lift between equal arms is exactly 0', () => {
    expect(liftOf([1, 2, 3], [1, 2, 3])).toEqual({ value: 0, lo: 0, hi: 0 })
  })

  it('the interval of a lift is narrow if all shoppers have the same lift, even if their values differ widely', () => {
    const over = [0.1, 5, 40, 0.3, 2]
    const found = liftOf(
      over.map((value) => value * 1.1),
      over,
    )
    expect(found?.value).toBeCloseTo(0.1, 12)
    expect(found?.lo).toBeCloseTo(0.1, 12)
    expect(found?.hi).toBeCloseTo(0.1, 12)
  })

  it('a shopper who lacks a value in one arm is left out of both arms', () => {
    expect(liftOf([2, NONE, 4, 9], [1, 100, 2, NONE])).toEqual({ value: 1, lo: 1, hi: 1 })
  })

  it('the lift over an arm whose mean is 0 is null', () => {
    expect(liftOf([1, 2], [0, 0])).toBeNull()
  })

  it('the interval is finite even if some resamples contain no shopper with a value', () => {
    expect(liftOf([1, NONE, NONE], [2, NONE, NONE])).toEqual({ value: -0.5, lo: -0.5, hi: -0.5 })
  })

  it('the bootstrap gives the same interval for the same seed, and another interval for another seed', () => {
    const noise = createRandom(2)
    const draw = () => Array.from({ length: 50 }, () => noise.next())
    const [values, over] = [draw(), draw()]
    const first = liftOf(values, over, createRandom(5))
    expect(liftOf(values, over, createRandom(5))).toEqual(first)
    expect(liftOf(values, over, createRandom(6))).not.toEqual(first)
  })

  it('the 95 % interval contains the true lift in about 95 of 100 samples', () => {
    const random = createRandom(11)
    let covered = 0
    const trials = 300
    for (let trial = 0; trial < trials; trial++) {
      const over = Array.from({ length: 120 }, () => 0.2 + 0.6 * random.next())
      // In truth, the mean of `values` is 5 % above the mean of `over`.
      const values = over.map((value) => value * 1.05 + 0.1 * random.normal())
      const found = liftOf(values, over, random, 400)
      if (found && found.lo <= 0.05 && found.hi >= 0.05) covered++
    }
    // With a true share of 95 %, the share in 300 trials falls outside [.90, .985] for about one seed in a thousand.
    expect(covered / trials).toBeGreaterThan(0.9)
    expect(covered / trials).toBeLessThan(0.985)
  })
})

describe('bootstrap of a mean', () => {
  it('the 95 % interval contains the true mean in about 95 % of skewed samples', () => {
    const random = createRandom(3)
    let covered = 0
    for (let trial = 0; trial < 150; trial++) {
      const sample = Float64Array.from({ length: 60 }, () => random.next() ** 2)
      const [found] = bootstrap([mean(sample)], 60, random)
      if (!found) throw new Error('the mean is defined')
      expect(found.lo).toBeLessThanOrEqual(found.value)
      expect(found.hi).toBeGreaterThanOrEqual(found.value)
      if (found.lo <= 1 / 3 && 1 / 3 <= found.hi) covered++
    }
    expect(covered).toBeGreaterThan(130)
    expect(covered).toBeLessThan(150)
  })

  it('the mean is over the shoppers who have a value, and is undefined if nobody has one', () => {
    expect(observedMean(Float64Array.of(1, NONE, 3))).toBe(2)
    expect(observedMean(Float64Array.of(NONE))).toBe(0)
    expect(bootstrap([mean(Float64Array.of(NONE))], 1, createRandom(1))).toEqual([null])
  })
})

it('quantile interpolates linearly between values', () => {
  expect(quantile(Float64Array.of(0, 10, 20), 0.25)).toBe(5)
  expect(quantile(Float64Array.of(7), 0.975)).toBe(7)
})
