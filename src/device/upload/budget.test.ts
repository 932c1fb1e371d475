import { describe, expect, it } from 'vitest'
import { TEST_POLICY } from '../../aggregate/protocol/testPolicy.ts'
import { DAY } from '../../core/time.ts'
import {
  attempt,
  type Budget,
  EMPTY_BUDGET,
  epsilonSpent,
  lookAt,
  parseBudget,
  plan,
  spend,
  termsOf,
} from './budget.ts'
import { DEVICE_TERMS, isWithin } from './terms.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 0, 1)
const policy = { ...TEST_POLICY, maxParticipations: 4, minSeparationSeconds: 60, periodDays: 30 }
/** Enough noise that the device's own limits are far. */
const quiet = { ...policy, noiseMultiplier: 10 }
const task = (round: number, terms = quiet) => ({
  policy: terms,
  policyHash: `hash ${round}`,
  round,
})
const at = (budget: Budget, time: number, round: number, terms = quiet) =>
  spend(lookAt(budget, time), task(round, terms))
const budgetAfter = (times: readonly number[], terms = quiet): Budget =>
  times.reduce((budget, time, i) => at(budget, time, i, terms), EMPTY_BUDGET)
const year = (budget: Budget, delta = 1e-6) => epsilonSpent(budget, delta).year

describe('the budget of a device', () => {
  it('accounts ε exactly over its own reports', () => {
    expect(year(EMPTY_BUDGET)).toBe(0)
    // One report at z = 1 and δ = 1e-6; four are the z = 0.5 of one.
    expect(year(budgetAfter([NOW], policy))).toBeCloseTo(4.9, 1)
    const days = [0, 1, 2, 3].map((day) => NOW + day * DAY)
    expect(year(budgetAfter(days, policy))).toBeCloseTo(11, 1)
  })

  it('allows so many, so far apart, once a round', () => {
    const one = budgetAfter([NOW])
    expect(() => at(one, NOW + 59_000, 5)).toThrow(/in 1 s/)
    expect(() => at(one, NOW + DAY, 0)).toThrow(/^This device already took part/)
    expect(at(one, NOW + 60_000, 5).participations).toHaveLength(2)
    const four = budgetAfter([0, 1, 2, 3].map((day) => NOW + day * DAY))
    expect(() => at(four, NOW + 4 * DAY, 5)).toThrow(/4 updates were sent in 30 days/)
    // The policy's period moves on.
    let later = four
    for (let day = 4; day <= 30; day++) later = lookAt(later, NOW + day * DAY)
    expect(spend(later, task(5)).participations).toHaveLength(5)
  })

  it('costs no more a report or a year than the device’s own limits, whatever a policy allows', () => {
    expect(() => budgetAfter([NOW], { ...policy, noiseMultiplier: 0.5 })).toThrow(
      /One update would cost ε = 11/,
    )
    // A period of a day, a report a day: the year counts all the same.
    const greedy = { ...policy, periodDays: 1, maxParticipations: 100, minSeparationSeconds: 0 }
    let budget = EMPTY_BUDGET
    const sent = []
    for (let day = 0; day < 364; day++) {
      budget = lookAt(budget, NOW + day * DAY)
      try {
        budget = spend(budget, task(day, greedy))
        sent.push(day)
      } catch (error) {
        expect(error).toMatchObject({ code: 'budget-exhausted' })
      }
    }
    expect(sent).toEqual([0, 1, 2, 3])
    expect(year(budget)).toBeLessThanOrEqual(DEVICE_TERMS.epsilonPerYear)
  })

  it('keeps what is over a year old for good, as a sum', () => {
    let budget = budgetAfter([NOW, NOW + DAY])
    for (let day = 2; day < 800; day++) budget = lookAt(budget, NOW + day * DAY)
    expect(budget).toMatchObject({ participations: [], earlier: { reports: 2 } })
    expect(budget.earlier.lossSquared).toBeCloseTo(0.02, 12)
    const { year: spent, ever } = epsilonSpent(at(budget, NOW + 800 * DAY, 9), 1e-6)
    expect(spent).toBeCloseTo(year(budgetAfter([NOW])), 12)
    expect(ever).toBeGreaterThan(spent)
  })
})

describe('a clock that jumps', () => {
  const spent = budgetAfter([0, 1, 2, 3].map((day) => NOW + day * DAY))

  it('forward frees nothing', () => {
    const jumped = lookAt(spent, NOW + 3650 * DAY)
    expect(() => spend(jumped, task(9))).toThrow(/4 updates were sent/)
    expect(year(jumped)).toBe(year(spent))
    // Nor does a jump back and forth, a few times over.
    let back = jumped
    for (let i = 0; i < 3; i++) back = lookAt(lookAt(back, NOW), NOW + 3650 * DAY)
    expect(year(back)).toBe(year(spent))
  })

  it('backward locks nothing for years', () => {
    const wrong = budgetAfter([NOW + 3650 * DAY])
    expect(() => at(wrong, NOW, 5)).toThrow(/in 60 s/)
    expect(year(lookAt(wrong, NOW))).toBeGreaterThan(0)
    expect(at(lookAt(wrong, NOW), NOW + 60_000, 5).participations).toHaveLength(2)
  })
})

describe('attempts by itself', () => {
  const learned = (budget: Budget, at: number, share: number) => plan(lookAt(budget, at), share)

  it('come at a random time of the day after something was learned', () => {
    expect(attempt(lookAt(EMPTY_BUDGET, NOW))).toBe(null)
    const planned = learned(EMPTY_BUDGET, NOW, 0.5)
    expect(attempt(lookAt(planned, NOW + 12 * HOUR - 1))).toBe(null)
    const tried = attempt(lookAt(planned, NOW + 12 * HOUR))
    if (!tried) throw new Error('not due')
    // Only what is learned from now on makes for another.
    expect(attempt(lookAt(tried, NOW + 100 * HOUR))).toBe(null)
  })

  it('are not drawn again while one is due, which could only put it off', () => {
    const planned = learned(EMPTY_BUDGET, NOW, 0.1)
    expect(learned(planned, NOW + HOUR, 0.9).due).toBe(planned.due)
    expect(learned(planned, NOW + HOUR, 0).due).toBe(planned.due)
  })

  it('are an hour apart by the device’s own count', () => {
    const first = attempt(learned(EMPTY_BUDGET, NOW, 0))
    if (!first) throw new Error('not due')
    const next = learned(first, NOW, 0)
    expect(attempt(lookAt(next, NOW + HOUR - 1))).toBe(null)
    expect(attempt(lookAt(next, NOW + HOUR))).not.toBe(null)
    const back = lookAt(next, NOW - 3650 * DAY)
    expect(attempt(back)).toBe(null)
    expect(attempt(lookAt(back, NOW - 3650 * DAY + HOUR))).not.toBe(null)
  })

  it('are not forgotten by a budget that is read back, or lacks what came later', () => {
    const planned = learned(EMPTY_BUDGET, NOW, 0.5)
    expect(parseBudget(structuredClone(planned))).toEqual(planned)
    const { due, ...older } = planned
    expect(parseBudget(older)).toEqual({ ...planned, due: null })
    expect(() => parseBudget({ ...planned, due: 'soon' })).toThrow(/unreadable/)
  })
})

describe('terms', () => {
  it('are those of the noise, the number of reports and the δ that a policy names', () => {
    const terms = termsOf(TEST_POLICY)
    expect(terms).toMatchObject({ delta: 1e-6, trust: 'two-aggregators' })
    expect(terms.epsilonPerReport).toBeCloseTo(4.9, 1)
    expect(terms.epsilonPerYear).toBeCloseTo(11, 1)
    expect(isWithin(terms, DEVICE_TERMS)).toBe(true)
    expect(termsOf({ ...TEST_POLICY, periodDays: 1 }).epsilonPerYear).toBe(12)
  })

  it.each([
    ['trust', { trust: 'trusted-server' }],
    ['a report', { epsilonPerReport: 4.91 }],
    ['a year', { epsilonPerYear: 11.5 }],
    ['δ', { delta: 2e-6 }],
  ] as const)('that take more were not agreed to: %s', (_, more) => {
    const agreed = { ...DEVICE_TERMS, epsilonPerReport: 4.9, epsilonPerYear: 11 }
    expect(isWithin(agreed, agreed)).toBe(true)
    expect(isWithin({ ...agreed, ...more }, agreed)).toBe(false)
    expect(isWithin(agreed, { ...agreed, ...more })).toBe(true)
  })
})

describe('what was stored', () => {
  it('is read back whole or refused', () => {
    const one = budgetAfter([NOW])
    expect(parseBudget(JSON.parse(JSON.stringify(one)))).toEqual(one)
    expect(parseBudget(undefined)).toEqual(EMPTY_BUDGET)
    const bad = [
      {},
      { participations: [{}] },
      { participations: [] },
      { participations: 3 },
      'x',
      { ...one, elapsed: 'x' },
    ]
    for (const value of [...bad, { ...one, seen: Number.NaN }, { ...one, earlier: null }])
      expect(() => parseBudget(value)).toThrow(/unreadable/)
  })
})
