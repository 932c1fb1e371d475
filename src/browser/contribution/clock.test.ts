import { DEVICE_LIMITS } from '@nearside/aggregate/protocol/deviceLimits.ts'
import { TEST_POLICY } from '@nearside/aggregate/protocol/testPolicy.ts'
import { DAY } from '@nearside/core/time.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterAnswer, type Budget, EMPTY_BUDGET, spend } from './budget.ts'

const YEAR = 365 * DAY
const NOW = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
/** Policy that limits only the number of updates: four a year. */
const policy = {
  ...TEST_POLICY,
  ...{ noiseMultiplier: 90, maxParticipations: 4, minSeparationSeconds: 0, periodDays: 365 },
}

/**
 * Times that the clocks show at one attempt, in milliseconds since the epoch. All clocks except the device's own show
 * whole seconds.
 */
interface Clocks {
  readonly truth: number
  readonly own: number
  readonly leader: number
  readonly helper: number
}

/**
 * Tries to send one update at each time. As in `agreeTask`, nothing is sent while the servers' clocks are more than an
 * hour apart.
 */
function attempts(all: readonly Clocks[]) {
  let budget: Budget = EMPTY_BUDGET
  const sent: number[] = []
  for (const [round, { truth, own, leader, helper }] of all.entries()) {
    const [time, latest] = [Math.min(leader, helper), Math.max(leader, helper)]
    if (latest - time > HOUR) continue
    budget = afterAnswer(budget, { time, latest }, own)
    try {
      const task = { policy, policyHash: 'hash', round, time, latest }
      budget = spend(budget, task, DEVICE_LIMITS)
      sent.push(truth)
    } catch (error) {
      expect(error).toMatchObject({ code: 'budget-exhausted' })
    }
  }
  return { budget, sent }
}

/** Maximum number of updates within any year of true time. */
const mostInAYear = (sent: readonly number[]) =>
  Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + YEAR).length))

const seconds = (most: number) => fc.integer({ min: -most, max: most }).map((n) => 1000 * n)
/** Generates a sequence of true times with each clock's reading; `wrong` limits the clocks' errors. */
const course = (wrong: Readonly<Record<'own' | 'leader' | 'helper' | 'both', number>>) =>
  fc
    .array(
      fc.tuple(
        fc.oneof(fc.integer({ min: 0, max: 90 * 86_400 }), fc.constant(0)),
        fc.oneof(seconds(wrong.own), seconds(Math.min(wrong.own, 9 * 86_400)), fc.constant(0)),
        fc.oneof(seconds(wrong.leader), seconds(Math.min(wrong.leader, 3000)), fc.constant(0)),
        fc.oneof(seconds(wrong.helper), seconds(Math.min(wrong.helper, 3000)), fc.constant(0)),
        fc.oneof(seconds(wrong.both), fc.constant(0)),
      ),
      { minLength: 1, maxLength: 60, size: 'max' },
    )
    .map((steps) => {
      let truth = NOW
      return steps.map(([step, own, leader, helper, both]): Clocks => {
        truth += 1000 * step
        const told = truth + both
        return { truth, own: truth + own, leader: told + leader, helper: told + helper }
      })
    })

const FAR = 20 * 365 * 86_400

describe('the limit of updates per year holds', () => {
  it.each([
    ['the device’s clock steps', { own: FAR, leader: 0, helper: 0, both: 0 }],
    ['the device’s clock steps and the leader lies', { own: FAR, leader: FAR, helper: 0, both: 0 }],
    ['the device’s clock steps and the helper lies', { own: FAR, leader: 0, helper: FAR, both: 0 }],
    ['both servers lie', { own: 0, leader: 3000, helper: 3000, both: FAR }],
  ])('the limit of updates per year holds if %s', (_, wrong) => {
    fc.assert(
      fc.property(course(wrong), (all) => {
        const { sent } = attempts(all)
        if (sent.length > 0) expect(mostInAYear(sent)).toBeLessThanOrEqual(4)
      }),
      { numRuns: 500 },
    )
  })

  it('the limit of updates per year holds if the device’s clock jumps ahead by weeks within one day', () => {
    const all = Array.from({ length: 219 }, (_, n): Clocks => {
      const truth = NOW + n * 300_000
      return { truth, own: truth + (n % 2) * 8 * DAY + n * 7 * DAY, leader: truth, helper: truth }
    })
    expect(attempts(all).sent).toHaveLength(4)
  })

  it('the limit of updates per year holds if a server’s signed time first lags and then catches up', () => {
    const behind = 3000 * 1000
    const four = [0, 1, 2, 3].map((n): Clocks => {
      const truth = NOW + 1000 * n
      return { truth, own: truth, leader: truth - behind, helper: truth }
    })
    const early = NOW + YEAR - behind / 2
    const next = { truth: early, own: early + YEAR, leader: early, helper: early }
    expect(attempts([...four, next]).sent).toHaveLength(4)
    // If the servers' clocks are more than an hour apart, nothing is sent.
    const apart = { ...four[0], leader: NOW - 2 * HOUR }
    expect(attempts([apart, apart]).sent).toHaveLength(0)
  })
})

describe('spent budget is free again after a year', () => {
  const honest = (truth: number): Clocks => ({ truth, own: truth, leader: truth, helper: truth })
  const four = [0, 1, 2, 3].map((n) => honest(NOW + n * 1000))

  it('spent budget is free again after a year, whether the device contacts the servers rarely or often', () => {
    expect(attempts([...four, honest(NOW + YEAR - 1000)]).sent).toHaveLength(4)
    expect(attempts([...four, honest(NOW + YEAR)]).sent).toHaveLength(5)
    const often = Array.from({ length: 365 }, (_, day) => honest(NOW + (day + 1) * DAY))
    expect(attempts([...four, ...often]).sent).toHaveLength(5)
  })

  it.each([
    ['that was once ten years ahead', 10 * YEAR],
    ['that was once reset to 1980', 315_532_800_000 - NOW],
  ])('spent budget is free again after a year with a clock %s', (_, wrong) => {
    const all = [...four, honest(NOW + DAY), honest(NOW + 2 * DAY), honest(NOW + YEAR + 3 * DAY)]
    for (const at of [0, 3, 4]) {
      const stepped = all.map((one, n) => (n === at ? { ...one, own: one.own + wrong } : one))
      expect(attempts(stepped).sent).toHaveLength(5)
    }
  })

  it('spent budget is free again after a year even if both servers once signed a time years ahead', () => {
    const ahead = { leader: NOW + 10 * YEAR, helper: NOW + 10 * YEAR }
    const wrong = { ...honest(NOW + 5000), ...ahead }
    expect(attempts([...four, wrong, honest(NOW + YEAR + DAY)]).sent).toHaveLength(5)
    // The wrong time is dropped while the budget contains no updates.
    const first = attempts([{ ...honest(NOW - DAY), ...ahead }]).budget
    const { time } = afterAnswer({ ...first, participations: [] }, { time: NOW, latest: NOW }, NOW)
    expect(time.signed).toBe(NOW)
  })
})
