import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ArmDay, compareArms, daysNeeded } from './armTest.ts'
import { countOrders, testTrial } from './testTrial.ts'

const RUNS = 100
const share = (isTrue: (seed: number) => boolean) =>
  Array.from({ length: RUNS }, (_, seed) => isTrue(seed + 1)).filter(Boolean).length / RUNS

describe('the test of two arms', () => {
  it('the test finds a planted lift within the planned number of days in at least 80 % of trials', () => {
    const [lift, part, orders] = [1.5, 0.5, 12]
    const plan = daysNeeded({ lift: lift - 1, share: part, orders, spread: 1 })
    const found = share((seed) => {
      const days = testTrial(seed, { days: plan, orders, share: part, lift })
      return compareArms(countOrders(days)).proven?.is === 'higher'
    })
    expect(found).toBeGreaterThanOrEqual(0.8)
    // The planned number of days is not much too large: after a third of it, fewer than half of the trials have proved
    // the lift.
    const half = share((seed) => {
      const days = testTrial(seed, { days: Math.ceil(plan / 3), orders, share: part, lift })
      return compareArms(countOrders(days)).proven !== null
    })
    expect(half).toBeLessThan(0.5)
  }, 120_000)

  it('the interval of the test contains the true ratio in at least 95 % of trials', () => {
    for (const lift of [0.7, 1, 1.4]) {
      const contains = share((seed) => {
        const { lo, hi } = compareArms(testTrial(seed, { days: 40, orders: 12, share: 0.2, lift }))
        return lo <= lift && (hi ?? Number.POSITIVE_INFINITY) >= lift
      })
      expect(contains).toBeGreaterThanOrEqual(0.95)
    }
  }, 120_000)

  it('the ratio doesn’t depend on the unit of money, and is inverted if the arms are swapped', () => {
    const some = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      unit: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    })
    fc.assert(
      fc.property(some, ({ seed, unit }) => {
        const days = testTrial(seed, { days: 20, orders: 10, share: 0.5, lift: 1.5 })
        const one = compareArms(days)
        const scaled = compareArms(
          days.map((day) => ({ ...day, weights: day.weights.map((weight) => unit * weight) })),
        )
        expect(scaled.lo).toBeCloseTo(one.lo, 3)
        expect(scaled.ratio).toBeCloseTo(one.ratio ?? 0, 6)
        const mirrored = compareArms(
          days.map(({ visitors: { personal, holdOut }, weights, isPersonal }) => ({
            visitors: { personal: holdOut, holdOut: personal },
            weights,
            isPersonal: isPersonal.map((own) => !own),
          })),
        )
        expect(1 / (mirrored.ratio ?? 0)).toBeCloseTo(one.ratio ?? 0, 6)
        if (mirrored.hi) expect(1 / mirrored.hi).toBeCloseTo(one.lo, 2)
      }),
      { numRuns: 15 },
    )
  })

  it('once a difference is proven, later days change neither the day of the proof nor the arm that it favours', () => {
    const days = testTrial(3, { days: 80, orders: 20, share: 0.5, lift: 2 })
    const { proven } = compareArms(days)
    expect(proven?.is).toBe('higher')
    for (const looked of [(proven?.day ?? 0) + 1, 60, 79])
      expect(compareArms(days.slice(0, looked)).proven).toEqual(proven)
    expect(compareArms(days.slice(0, proven?.day)).proven).toBeNull()
  })

  it('a huge order is capped, so that this order alone proves no difference', () => {
    const days = testTrial(5, { days: 30, orders: 10, share: 0.5 })
    const huge: ArmDay = {
      ...days[20],
      weights: [...days[20].weights, 1e6],
      isPersonal: [...days[20].isPersonal, true],
    }
    const found = compareArms(days.with(20, huge))
    expect(found.proven).toBeNull()
    expect(found.ratio).toBeLessThan(2)
  })

  it('without orders the interval is unbounded, and negative margins are accepted', () => {
    const none = { visitors: { personal: 90, holdOut: 10 }, weights: [], isPersonal: [] }
    expect(compareArms([none])).toEqual({ ratio: null, lo: 0, hi: null, proven: null })
    const signed = testTrial(9, { days: 40, orders: 20, share: 0.5, lift: 2 }).map((day) => ({
      ...day,
      weights: day.weights.map((weight, k) => (k % 7 === 0 ? -0.2 * weight : weight)),
    }))
    expect(compareArms(signed, true).proven?.is).toBe('higher')
  })
})
