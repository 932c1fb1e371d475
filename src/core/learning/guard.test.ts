import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../model/random.ts'
import { GUARD_LEVEL, GUARD_START, type GuardState, isGuardState, observe } from './guard.ts'

const EVENTS = 400
const SHOPPERS = 1000

/**
 * Share of simulated shoppers whose guard switches the personal model off, and the mean number of events until then.
 */
function trips(seed: number, difference: (random: Random, guard: GuardState) => number) {
  const random = createRandom(seed)
  let tripped = 0
  let at = 0
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    let guard = GUARD_START
    while (guard.active && guard.tested < EVENTS)
      guard = observe(guard, difference(random, guard), 0)
    if (!guard.active) {
      tripped++
      at += guard.tested
    }
  }
  return { share: tripped / SHOPPERS, at: at / Math.max(1, tripped) }
}

/** Maximum share of shoppers whose guard may switch the personal model off: α plus three standard errors. */
const LIMIT = GUARD_LEVEL + 3 * Math.sqrt((GUARD_LEVEL * (1 - GUARD_LEVEL)) / SHOPPERS)

const clipped = (x: number) => Math.min(1, Math.max(-1, x))

describe('the guard switches off a personal model that is no worse for at most α of the shoppers', () => {
  const nulls: Record<string, (random: Random, guard: GuardState) => number> = {
    'if the models are equally good and the difference is a coin flip of ±1 nat': (r) =>
      r.next() < 0.5 ? 1 : -1,
    'if the models are equally good and the difference is normal noise of 0.5 nat': (r) =>
      0.5 * r.normal(),
    'if the models are equally good and the difference is normal noise of 0.05 nat': (r) =>
      0.05 * r.normal(),
    'if frequent small gains balance rare large losses': (r) => (r.next() < 0.1 ? -0.9 : 0.1),
    'if rare large gains balance frequent small losses': (r) => (r.next() < 0.1 ? 0.9 : -0.1),
    'if the noise grows with the evidence': (r, { logWealth }) =>
      (logWealth.reduce((sum, log) => sum + Math.exp(log), 0) > logWealth.length ? 0.9 : 0.2) *
      (r.next() < 0.5 ? 1 : -1),
    'if the personal model is better by 0.05 nat per event': (r) =>
      clipped(0.05 + 0.4 * r.normal()),
  }
  for (const [name, difference] of Object.entries(nulls)) {
    it(name, () => {
      expect(trips(11, difference).share).toBeLessThanOrEqual(LIMIT)
    })
  }
})

describe('the guard switches the personal model off if the base model is better', () => {
  it.each([
    { by: 0.5, noise: 0.5, least: 0.99, within: 15 },
    { by: 0.2, noise: 0.5, least: 0.99, within: 60 },
    { by: 0.1, noise: 0.4, least: 0.85, within: 200 },
  ])('if the base model is better by $by nats per event', ({ by, noise, least, within }) => {
    const { share, at } = trips(5, (r) => -by + noise * r.normal())
    expect(share).toBeGreaterThan(least)
    expect(at).toBeLessThan(within)
  })
})

/** The guard's state after some events; `by(k)`: event k's personal minus base log-likelihood, in nats. */
const observed = (guard: GuardState, events: number, by: (k: number) => number) =>
  Array.from({ length: events }, (_, k) => k).reduce((state, k) => observe(state, by(k), 0), guard)

describe('the guard', () => {
  it('a guard that has switched the personal model off never switches it on again', () => {
    const tripped = observed(GUARD_START, 20, () => -2)
    expect(tripped.active).toBe(false)
    const later = observed(tripped, 500, () => 2)
    expect(later).toMatchObject({ active: false, tested: 520, logLikelihoodRatio: 960 })
  })

  it('a guard that is stored and read back after each event gives the same result', () => {
    const random = createRandom(3)
    const differences = Array.from({ length: 50 }, () => 0.3 * random.normal())
    const whole = differences.reduce((guard, d) => observe(guard, d, 0), GUARD_START)
    const resumed = differences.reduce(
      (guard, d) => observe(JSON.parse(JSON.stringify(guard)), d, 0),
      GUARD_START,
    )
    expect(resumed).toEqual(whole)
  })

  it('a non-finite likelihood under the personal model counts as the worst, and the guard’s state can still be stored as JSON', () => {
    const guard = observed(GUARD_START, 20, (k) => (k % 2 ? Number.NaN : Number.NEGATIVE_INFINITY))
    expect(guard.active).toBe(false)
    expect(JSON.parse(JSON.stringify(guard))).toEqual(guard)
    expect(isGuardState(guard)).toBe(true)
  })

  it('isGuardState rejects malformed states', () => {
    for (const broken of [null, {}, { ...GUARD_START, logWealth: [Number.NaN] }])
      expect(isGuardState(broken)).toBe(false)
  })
})
