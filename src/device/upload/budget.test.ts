import { describe, expect, it } from 'vitest'
import { TEST_POLICY } from '../../aggregate/protocol/testPolicy.ts'
import { DAY } from '../../core/time.ts'
import { type Budget, EMPTY_BUDGET, epsilonSpent, parseBudget, spend } from './budget.ts'

const NOW = Date.UTC(2026, 0, 1)
const policy = { ...TEST_POLICY, maxParticipations: 4, minSeparationSeconds: 60, periodDays: 30 }
const task = (round: number) => ({ policy, policyHash: `hash ${round}`, round })
const budgetAfter = (times: readonly number[]): Budget =>
  times.reduce((budget, time, i) => spend(budget, task(i), time, 100), EMPTY_BUDGET)

describe('the budget of a device', () => {
  it('accounts ε exactly over its own reports', () => {
    expect(epsilonSpent(EMPTY_BUDGET, policy, NOW)).toBe(0)
    const one = budgetAfter([NOW])
    // One report at z = 1 and δ = 1e-6; four are the z = 0.5 of one.
    expect(epsilonSpent(one, policy, NOW)).toBeCloseTo(4.9, 1)
    const four = budgetAfter([NOW, NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY])
    expect(epsilonSpent(four, policy, NOW + 3 * DAY)).toBeCloseTo(11, 1)
  })

  it('allows so many, so far apart, once a round', () => {
    const one = budgetAfter([NOW])
    expect(() => spend(one, task(5), NOW + 59_000, 100)).toThrow(/in 1 s/)
    expect(() => spend(one, task(0), NOW + DAY, 100)).toThrow(/^This device already took part/)
    expect(spend(one, task(5), NOW + 60_000, 100).participations).toHaveLength(2)
    const four = budgetAfter([NOW, NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY])
    expect(() => spend(four, task(5), NOW + 4 * DAY, 100)).toThrow(/4 reports were sent in 30 days/)
    // The period moves on.
    expect(spend(four, task(5), NOW + 30 * DAY, 100).participations).toHaveLength(4)
  })

  it('stops where ε would pass the device’s own limit, whatever the policy allows', () => {
    const one = budgetAfter([NOW])
    expect(() => spend(one, task(5), NOW + DAY, 5)).toThrow(/ε to 7/)
    const noisier = { ...policy, noiseMultiplier: 10 }
    const next = { policy: noisier, policyHash: 'x', round: 5 }
    expect(spend(one, next, NOW + DAY, 5).participations).toHaveLength(2)
  })

  it('is not locked for years by a clock that was wrong', () => {
    const wrong = budgetAfter([NOW + 3650 * DAY])
    // The report was sent, whenever that was: it counts as now, and still counts.
    expect(() => spend(wrong, task(5), NOW, 100)).toThrow(/in 60 s/)
    expect(epsilonSpent(wrong, policy, NOW)).toBeGreaterThan(0)
  })

  it('is read back whole or refused', () => {
    const one = budgetAfter([NOW])
    expect(parseBudget(JSON.parse(JSON.stringify(one)))).toEqual(one)
    expect(parseBudget(undefined)).toEqual(EMPTY_BUDGET)
    for (const bad of [{}, { participations: [{}] }, { participations: 3 }, 'x'])
      expect(() => parseBudget(bad)).toThrow(/unreadable/)
    // A pending report that can't be read is only a report that is not sent again.
    expect(parseBudget({ ...one, pending: { id: 3 } }).pending).toBeNull()
  })
})
