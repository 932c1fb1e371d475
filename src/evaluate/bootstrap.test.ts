import { createRandom } from '@nearside/core/model/random.ts'
import { describe, expect, it } from 'vitest'
import { type PairedValues, pairedBootstrap, quantile, weightedMean } from './bootstrap.ts'

function pair(values: number[], over: number[], weights = values.map(() => 1)): PairedValues {
  return {
    values: Float64Array.from(values),
    over: Float64Array.from(over),
    weights: Float64Array.from(weights),
  }
}

describe('paired bootstrap', () => {
  it('gives exactly nothing for equal arms', () => {
    const [lift] = pairedBootstrap([pair([1, 2, 3], [1, 2, 3])], 3, createRandom(1))
    expect(lift).toEqual({ relative: 0, lo: 0, hi: 0 })
  })

  it('gives a narrow interval for a constant factor, however unequal the shoppers', () => {
    const over = [0.1, 5, 40, 0.3, 2]
    const [lift] = pairedBootstrap(
      [
        pair(
          over.map((value) => value * 1.1),
          over,
        ),
      ],
      over.length,
      createRandom(1),
    )
    expect(lift?.relative).toBeCloseTo(0.1, 12)
    expect(lift?.lo).toBeCloseTo(0.1, 12)
    expect(lift?.hi).toBeCloseTo(0.1, 12)
  })

  it('weighs shoppers', () => {
    const [lift] = pairedBootstrap([pair([2, 1], [1, 1], [3, 1])], 2, createRandom(1))
    expect(lift?.relative).toBeCloseTo(0.75, 12)
  })

  it('gives no lift over an arm at zero', () => {
    expect(pairedBootstrap([pair([1, 2], [0, 0])], 2, createRandom(1))).toEqual([null])
  })

  it('stays finite where some draws hold no weight', () => {
    const [lift] = pairedBootstrap([pair([1, 0, 0], [2, 0, 0], [1, 0, 0])], 3, createRandom(1))
    expect([lift?.relative, lift?.lo, lift?.hi]).toEqual([-0.5, -0.5, -0.5])
  })

  it('repeats with the seed and differs without it', () => {
    const noise = createRandom(2)
    const draw = () => Array.from({ length: 50 }, () => noise.next())
    const data = [pair(draw(), draw())]
    const first = pairedBootstrap(data, 50, createRandom(5))
    expect(pairedBootstrap(data, 50, createRandom(5))).toEqual(first)
    expect(pairedBootstrap(data, 50, createRandom(6))).not.toEqual(first)
  })

  it('covers the true lift about 95 times in 100', () => {
    const random = createRandom(11)
    let covered = 0
    const trials = 300
    for (let trial = 0; trial < trials; trial++) {
      const over = Array.from({ length: 120 }, () => 0.2 + 0.6 * random.next())
      // True lift of the means: +5 %.
      const values = over.map((value) => value * 1.05 + 0.1 * random.normal())
      const [lift] = pairedBootstrap([pair(values, over)], 120, random, 400)
      if (lift && lift.lo <= 0.05 && lift.hi >= 0.05) covered++
    }
    // Binomial(300, .95) falls outside [.90, .985] for one seed in some thousand.
    expect(covered / trials).toBeGreaterThan(0.9)
    expect(covered / trials).toBeLessThan(0.985)
  })
})

it('takes means with weights, and 0 without', () => {
  expect(weightedMean(Float64Array.of(1, 4), Float64Array.of(2, 1))).toBe(2)
  expect(weightedMean(Float64Array.of(1), Float64Array.of(0))).toBe(0)
})

it('interpolates quantiles', () => {
  expect(quantile(Float64Array.of(0, 10, 20), 0.25)).toBe(5)
  expect(quantile(Float64Array.of(7), 0.975)).toBe(7)
})
