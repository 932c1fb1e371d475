import { createRandom } from '@nearside/core/model/random.ts'
import { describe, expect, it } from 'vitest'
import { countWorse, signFlipP } from './shoppersWorse.ts'

const random = () => createRandom(3)

describe('sign-flip test', () => {
  it('the test of harmed shoppers gives the exact p-value for few cases', () => {
    // Of the 32 patterns of signs, only the one with all signs negative has a sum as low as these five losses.
    expect(signFlipP([-1, -2, -3, -4, -5], random())).toBe(1 / 32)
    // The sum −1 − 2 = −3 is the lowest of the four possible sums, −3, −1, 1 and 3.
    expect(signFlipP([-1, -2], random())).toBe(1 / 4)
    expect(signFlipP([1, -2], random())).toBe(2 / 4)
    expect(signFlipP([1, 2], random())).toBe(1)
    expect(signFlipP([], random())).toBe(1)
    // Metrics are stored in single precision; sums that should be equal must count as equal.
    const changes = [1 / 3, -2 / 3, 1 / 6, 1 / 2, -1 / 7, 1 / 7, 1 / 3]
    const single = changes.map((change) => Math.fround(1 / 9 + change) - Math.fround(1 / 9))
    expect(signFlipP(single, random())).toBe(signFlipP(changes, random()))
  })

  it('the test of harmed shoppers gives the exact p-value despite rounding errors', () => {
    expect(signFlipP([-0.1, -0.2, -0.3, -0.1, -0.2], random())).toBe(1 / 32)
  })

  it('the test of harmed shoppers estimates the p-value of many cases from sampled sign patterns', () => {
    const worse = Array.from({ length: 40 }, (_, k) => -1 - (k % 3))
    expect(signFlipP(worse, random())).toBeLessThan(0.001)
    const balanced = Array.from({ length: 40 }, (_, k) => (k % 2 === 0 ? 1 : -1))
    expect(signFlipP(balanced, random())).toBeGreaterThan(0.4)
  })
})

describe('count of shoppers who are worse off', () => {
  it('no shopper is worse off if the arms don’t differ', () => {
    const result = countWorse([[0, 0, 0, 0, 0, 0], [0], []], random())
    expect(result).toEqual({
      significant: 0,
      share: 0,
      testable: 0,
      better: 0,
      expectedByChance: 0,
    })
  })

  it('a shopper is tested only from five differing cases on', () => {
    expect(countWorse([[-9, -9, -9, -9]], random()).testable).toBe(0)
    const five = countWorse([[-9, -9, -9, -9, -9], [0]], random())
    expect(five).toMatchObject({ significant: 1, share: 0.5, testable: 1 })
    expect(five.expectedByChance).toBeCloseTo(1 / 32, 12)
  })

  it('the test of harmed shoppers finds the planted shoppers who are worse and better off', () => {
    const noise = createRandom(4)
    const own = (shift: number) => Array.from({ length: 30 }, () => shift + noise.normal())
    const shoppers = [
      ...Array.from({ length: 10 }, () => own(-1.5)),
      ...Array.from({ length: 20 }, () => own(1.5)),
    ]
    expect(countWorse(shoppers, random())).toMatchObject({ significant: 10, better: 20 })
  })

  it('if the arms don’t differ, the test of harmed shoppers raises no more false alarms than expected', () => {
    const noise = createRandom(8)
    const shoppers = Array.from({ length: 2000 }, () =>
      Array.from({ length: 5 + noise.integer(10) }, () => noise.normal()),
    )
    const { significant, expectedByChance } = countWorse(shoppers, random())
    // The number of false alarms is about Poisson; the tolerance is three standard deviations.
    expect(Math.abs(significant - expectedByChance)).toBeLessThan(3 * Math.sqrt(expectedByChance))
  })

  it('the share of harmed shoppers is 0 without shoppers', () => {
    expect(countWorse([], random()).share).toBe(0)
  })
})
