import { noiseFor } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { DEMONSTRATION_LIMITS, DEVICE_LIMITS } from '@nearside/aggregate/protocol/deviceLimits.ts'
import type { Policy } from '@nearside/aggregate/protocol/policy.ts'
import { TEST_POLICY, TEST_RECIPIENTS } from '@nearside/aggregate/protocol/testPolicy.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import {
  afterAnswer,
  type Budget,
  EMPTY_BUDGET,
  epsilonSpent,
  parseBudget,
  spend,
  termsOf,
} from './budget.ts'
import { dueAfter, lookAt } from './clock.ts'
import { isFor, isWithin } from './terms.ts'

const DEVICE_TERMS = DEVICE_LIMITS
const HOUR = 3_600_000
const NOW = Date.UTC(2026, 0, 1)
const policy = { ...TEST_POLICY, maxParticipations: 4, minSeparationSeconds: 60, periodDays: 30 }
/** Policy with so much noise that the device's own limits are never reached. */
const quiet = { ...policy, noiseMultiplier: 10 }
const task = (round: number, terms = quiet, time = NOW) => ({
  policy: terms,
  policyHash: `hash ${round}`,
  round,
  ...times(time),
})
const times = (time: number) => ({ time, latest: time })
/** Budget after both servers answered at `time`, while all three clocks (two servers', the device's) are right. */
const heard = (budget: Budget, time: number) => afterAnswer(budget, times(time), time)
const at = (budget: Budget, time: number, round: number, terms = quiet) =>
  spend(heard(budget, time), task(round, terms, time), DEVICE_TERMS)
const budgetAfter = (times: readonly number[], terms = quiet): Budget =>
  times.reduce((budget, time, i) => at(budget, time, i, terms), EMPTY_BUDGET)
const year = (budget: Budget, delta = 1e-6) => epsilonSpent(budget, delta).year

describe('the budget of a device', () => {
  it('the ε computed from a device’s reports equals the published values', () => {
    expect(year(EMPTY_BUDGET)).toBe(0)
    // Published ε for z = 4.134, δ = 1e-6 and zero-out neighbours: 1.02 for one update, 4 for twelve. With
    // substitution, the same ε needs twice the noise.
    const loud = { ...policy, noiseMultiplier: 2 * 4.135, maxParticipations: 12 }
    expect(year(budgetAfter([NOW], loud))).toBeCloseTo(1.02, 2)
    const days = Array.from({ length: 12 }, (_, day) => NOW + day * DAY)
    expect(year(budgetAfter(days, loud))).toBeCloseTo(4, 2)
  })

  it('a device’s budget allows one update per round, requires a minimum time between two updates, and limits their number per period', () => {
    const one = budgetAfter([NOW])
    expect(() => at(one, NOW + 59_000, 5)).toThrow(/in 1 s/)
    expect(() => at(one, NOW + DAY, 0)).toThrow(/^This device already took part/)
    expect(at(one, NOW + 60_000, 5).participations).toHaveLength(2)
    const four = budgetAfter([0, 1, 2, 3].map((day) => NOW + day * DAY))
    expect(() => at(four, NOW + 4 * DAY, 5)).toThrow(/4 updates were sent in 30 days/)
    // 30 days later, the policy's period no longer covers the first update.
    expect(at(four, NOW + 30 * DAY, 5).participations).toHaveLength(5)
  })

  it('a device’s budget keeps each report and each year within the device’s own limits under any policy', () => {
    expect(() => budgetAfter([NOW], { ...policy, noiseMultiplier: 0.5 })).toThrow(
      /One update would cost ε = 26/,
    )
    // Even with a period of one day and one report per day, the year's limit applies.
    const greedy = { ...policy, periodDays: 1, maxParticipations: 100, minSeparationSeconds: 0 }
    let budget = EMPTY_BUDGET
    const sent = []
    for (let day = 0; day < 364; day++) {
      budget = heard(budget, NOW + day * DAY)
      try {
        budget = spend(budget, task(day, greedy, NOW + day * DAY), DEVICE_TERMS)
        sent.push(day)
      } catch (error) {
        expect(error).toMatchObject({ code: 'budget-exhausted' })
      }
    }
    expect(sent).toEqual([0, 1, 2, 3])
    expect(year(budget)).toBeLessThanOrEqual(DEVICE_TERMS.epsilonPerYear)
  })

  it('a device’s budget replaces participations older than a year by their sum, which is stored forever', () => {
    let budget = budgetAfter([NOW, NOW + DAY])
    budget = heard(budget, NOW + 799 * DAY)
    expect(budget).toMatchObject({ participations: [], earlier: { reports: 2 } })
    expect(budget.earlier.lossSquared).toBeCloseTo(0.02, 12)
    const { year: spent, ever } = epsilonSpent(at(budget, NOW + 800 * DAY, 9), 1e-6)
    expect(spent).toBeCloseTo(year(budgetAfter([NOW])), 12)
    expect(ever).toBeGreaterThan(spent)
  })
})

describe('a scheduled update', () => {
  it('a scheduled update is due at a random time within a day, at least an hour after the last attempt', () => {
    const first = lookAt(EMPTY_BUDGET, NOW)
    expect(dueAfter(first, 0)).toBe(first.elapsed)
    expect(dueAfter(first, 0.5)).toBe(first.elapsed + 12 * HOUR)
    const tried = { ...first, attempted: first.elapsed }
    expect(dueAfter(tried, 0)).toBe(first.elapsed + HOUR)
    expect(dueAfter(tried, 0.5)).toBe(first.elapsed + 12 * HOUR)
    // A clock that was set back adds no time and blocks nothing.
    const back = lookAt(tried, NOW - 3650 * DAY)
    expect(dueAfter(back, 0)).toBe(first.elapsed + HOUR)
  })
})

describe('the agreed ε per year', () => {
  it('the agreed ε per year limits the ε of all updates together, even if they are sent under successive policies', () => {
    const quiet = {
      ...policy,
      noiseMultiplier: 8.27,
      maxParticipations: 12,
      minSeparationSeconds: 0,
      periodDays: 365,
    }
    const agreed = { ...termsOf(quiet, TEST_RECIPIENTS), maxParticipations: 48 }
    expect(agreed.epsilonPerYear).toBeCloseTo(4, 1)
    let budget = heard(EMPTY_BUDGET, NOW)
    for (let round = 0; round < 12; round++) {
      budget = spend(budget, { ...task(round, quiet), policyHash: 'a' }, agreed)
    }
    // Alone, a year of updates under these terms costs the agreed ε; after the updates above, one more exceeds that ε.
    const quieter = { ...quiet, noiseMultiplier: 16.54, maxParticipations: 48 }
    expect(isWithin(termsOf(quieter, TEST_RECIPIENTS), agreed)).toBe(true)
    expect(() => spend(budget, { ...task(99, quieter), policyHash: 'b' }, agreed)).toThrow(
      /year’s ε to 4\.\d+, above 4\.00/,
    )
    expect(epsilonSpent(budget, quiet.delta).year).toBeLessThanOrEqual(
      agreed.epsilonPerYear * (1 + 1e-9),
    )
  })
})

describe('contribution terms', () => {
  it('contribution terms are computed from the noise, the number of reports and the δ of the policy', () => {
    const terms = termsOf(TEST_POLICY, TEST_RECIPIENTS)
    expect(terms).toMatchObject({ delta: 1e-6, trust: 'two-aggregators' })
    expect(terms.epsilonPerReport).toBeCloseTo(1.85, 2)
    expect(terms.epsilonPerYear).toBeCloseTo(3.98, 2)
    expect(terms).toMatchObject({ ...TEST_RECIPIENTS, smallestCrowd: 1000, workBits: 0 })
  })

  it('a demo shop’s terms are marked as such; a consent to a demo shop covers no real shop, nor the reverse', () => {
    const demo = { ...TEST_POLICY, ...DEMO_PARAMETERS }
    const terms = termsOf(demo, { ...TEST_RECIPIENTS, demonstration: true })
    expect(terms.demonstration).toBe(true)
    expect(terms.epsilonPerReport).toBeCloseTo(11, 1)
    expect(terms.epsilonPerYear).toBeCloseTo(26.4, 1)
    const real = termsOf(TEST_POLICY, TEST_RECIPIENTS)
    expect(isWithin(real, { ...real, demonstration: true })).toBe(false)
    expect(isWithin({ ...real, demonstration: true }, real)).toBe(false)
    // Stored terms of a demo shop are shown only while the shop's options still say `demonstration`.
    expect(isFor(terms, { ...TEST_RECIPIENTS, demonstration: true })).toBe(true)
    expect(isFor(terms, TEST_RECIPIENTS)).toBe(false)
    expect(isFor(real, { ...TEST_RECIPIENTS, demonstration: true })).toBe(false)
  })

  it.each([
    ['trust', { trust: 'trusted-server' }],
    ['a report', { epsilonPerReport: 1.91 }],
    ['a year', { epsilonPerYear: 3.91 }],
    ['δ', { delta: 2e-6 }],
    ['a smaller crowd', { smallestCrowd: 999 }],
    ['more work', { workBits: 9 }],
    ['more reports', { maxParticipations: 99 }],
    ['a shorter period', { periodDays: 364 }],
    ['counts of items', { counts: true }],
    ['an account', { tokens: 'account', issuer: 'https://shop.test/tokens' }],
  ] as const)('contribution terms exceed the agreed terms if they ask for more: %s', (_, more) => {
    const asked = termsOf(TEST_POLICY, TEST_RECIPIENTS)
    const agreed = { ...asked, epsilonPerReport: 1.9, epsilonPerYear: 3.9, workBits: 8 }
    expect(isWithin(agreed, agreed)).toBe(true)
    expect(isWithin({ ...agreed, ...more }, agreed)).toBe(false)
    expect(isWithin(agreed, { ...agreed, ...more })).toBe(true)
  })

  it.each([
    ...(['leader', 'leaderOperator', 'leaderKey', 'helper', 'helperOperator'] as const),
    ...(['helperKey', 'task'] as const),
  ])(
    'contribution terms differ from the agreed terms if the recipient is another one: %s',
    (name) => {
      const agreed = termsOf(TEST_POLICY, TEST_RECIPIENTS)
      expect(isWithin({ ...agreed, [name]: 'another' }, agreed)).toBe(false)
      const { [name]: _, ...less } = agreed
      expect(isWithin(less, less)).toBe(false)
    },
  )

  it('contribution terms are refused if servers name other operators or keys than the shop does', () => {
    for (const name of ['leaderOperator', 'leaderKey', 'helperOperator', 'helperKey'] as const)
      expect(() => termsOf(TEST_POLICY, { ...TEST_RECIPIENTS, [name]: 'another' })).toThrow(name)
  })
})

describe('the device’s own limits', () => {
  /** Minimum noise at which one update, or a year of updates, costs at most `epsilon`. */
  const noise = (epsilon: number, updates = 1) => noiseFor(epsilon, updates, 1e-6)
  const one = { ...TEST_POLICY, maxParticipations: 1 }

  it.each<[string, Partial<Policy>]>([
    ['999 people a round', { aggregationGoal: 999 }],
    ['ε 2.01 an update', { ...one, noiseMultiplier: noise(2.01) }],
    ['ε 4.01 a year', { maxParticipations: 12, noiseMultiplier: noise(4.01, 12) }],
    ['a period so short that a year exceeds ε 4', { periodDays: 182 }],
    ['the demo’s terms', DEMO_PARAMETERS],
  ])('the device’s own limits refuse %s', (_name, worse) => {
    expect(() => termsOf({ ...TEST_POLICY, ...worse }, TEST_RECIPIENTS)).toThrow(
      expect.objectContaining({ code: 'terms-beyond-limits' }),
    )
  })

  it.each<[string, Partial<Policy>]>([
    ['1,000 people a round', { aggregationGoal: 1000 }],
    ['ε 2 an update', { ...one, noiseMultiplier: noise(2) }],
    ['ε 4 a year', { maxParticipations: 12, noiseMultiplier: noise(4, 12) }],
  ])('the device’s own limits accept %s', (_name, given) => {
    const { epsilonPerYear } = termsOf({ ...TEST_POLICY, ...given }, TEST_RECIPIENTS)
    expect(epsilonPerYear).toBeLessThanOrEqual(4 * (1 + 1e-9))
  })

  it('the device’s own limits keep a year within ε = 4 under any agreed terms, even those of a demo shop', () => {
    const demo = { ...TEST_POLICY, ...DEMO_PARAMETERS }
    const spent = spend(lookAt(EMPTY_BUDGET, NOW), task(0, demo), {
      ...DEMONSTRATION_LIMITS,
      demonstration: true,
    })
    const agreed = { ...DEVICE_TERMS, epsilonPerReport: 11, epsilonPerYear: 27 }
    expect(() => spend(lookAt(spent, NOW + DAY), task(1), agreed)).toThrow(
      expect.objectContaining({ code: 'budget-exhausted' }),
    )
    expect(() => spend(lookAt(EMPTY_BUDGET, NOW), task(0, demo), agreed)).toThrow(
      expect.objectContaining({ code: 'budget-exhausted' }),
    )
  })
})

describe('a stored budget', () => {
  it('a stored budget is either read back whole or refused', () => {
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
      { ...one, time: undefined },
      { ...one, time: { ...one.time, passed: Number.NaN } },
    ]
    for (const value of [...bad, { ...one, seen: Number.NaN }, { ...one, earlier: null }])
      expect(() => parseBudget(value)).toThrow(/unreadable/)
  })
})
