import { describe, expect, it } from 'vitest'
import { NearsideError } from '../error.ts'
import { createRandom, type Random } from '../model/random.ts'
import { GUARD_LEVEL, GUARD_START, Guard } from './guard.ts'

const EVENTS = 400
const SHOPPERS = 1000

/** Share of simulated shoppers whose guard trips, and the mean event at which it does. */
function trips(seed: number, difference: (random: Random, tested: number, guard: Guard) => number) {
  const random = createRandom(seed)
  let tripped = 0
  let at = 0
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    const guard = new Guard()
    while (guard.active && guard.state.tested < EVENTS)
      guard.observe(difference(random, guard.state.tested, guard), 0)
    if (!guard.active) {
      tripped++
      at += guard.state.tested
    }
  }
  return { share: tripped / SHOPPERS, at: at / Math.max(1, tripped) }
}

/** Three standard errors above α, for a share of SHOPPERS. */
const LIMIT = GUARD_LEVEL + 3 * Math.sqrt((GUARD_LEVEL * (1 - GUARD_LEVEL)) / SHOPPERS)

const clipped = (x: number) => Math.min(1, Math.max(-1, x))

describe('Guard where personal is no worse: trips for at most α, however often one looks', () => {
  const nulls: Record<string, (random: Random, tested: number, guard: Guard) => number> = {
    'no difference, coin flips of one nat': (r) => (r.next() < 0.5 ? 1 : -1),
    'no difference, normal noise of 0.5 nat': (r) => 0.5 * r.normal(),
    'no difference, normal noise of 0.05 nat': (r) => 0.05 * r.normal(),
    'rare large losses paid by frequent small gains': (r) => (r.next() < 0.1 ? -0.9 : 0.1),
    'rare large gains paid by frequent small losses': (r) => (r.next() < 0.1 ? 0.9 : -0.1),
    'noise that grows when the evidence does': (r, _, guard) =>
      (guard.logEvidence > 0 ? 0.9 : 0.2) * (r.next() < 0.5 ? 1 : -1),
    'personal better by 0.05 nat': (r) => clipped(0.05 + 0.4 * r.normal()),
  }
  for (const [name, difference] of Object.entries(nulls)) {
    it(name, () => {
      expect(trips(11, difference).share).toBeLessThanOrEqual(LIMIT)
    })
  }
})

describe('Guard where the base is better: finds it', () => {
  it.each([
    { by: 0.5, noise: 0.5, least: 0.99, within: 15 },
    { by: 0.2, noise: 0.5, least: 0.99, within: 60 },
    { by: 0.1, noise: 0.4, least: 0.85, within: 200 },
  ])('by $by nats an event', ({ by, noise, least, within }) => {
    const { share, at } = trips(5, (r) => -by + noise * r.normal())
    expect(share).toBeGreaterThan(least)
    expect(at).toBeLessThan(within)
  })
})

describe('Guard', () => {
  it('stays off once it has tripped', () => {
    const guard = new Guard()
    for (let k = 0; k < 20; k++) guard.observe(-2, 0)
    expect(guard.active).toBe(false)
    for (let k = 0; k < 500; k++) guard.observe(2, 0)
    expect(guard.active).toBe(false)
    expect(guard.state.tested).toBe(520)
    expect(guard.state.logLikelihoodRatio).toBe(960)
  })

  it('resumes from its stored state exactly', () => {
    const random = createRandom(3)
    const whole = new Guard()
    let resumed = new Guard()
    for (let k = 0; k < 50; k++) {
      const d = 0.3 * random.normal()
      whole.observe(d, 0)
      resumed = new Guard(JSON.parse(JSON.stringify(resumed.state)))
      resumed.observe(d, 0)
    }
    expect(resumed.state).toEqual(whole.state)
  })

  it('takes a personal likelihood that is no number as the worst, and stays storable', () => {
    const guard = new Guard()
    for (let k = 0; k < 20; k++) guard.observe(k % 2 ? Number.NaN : Number.NEGATIVE_INFINITY, -3)
    expect(guard.active).toBe(false)
    expect(new Guard(JSON.parse(JSON.stringify(guard.state))).state).toEqual(guard.state)
  })

  it('refuses a state that is not one', () => {
    const broken = { ...GUARD_START, logWealth: [Number.NaN] }
    expect(() => new Guard(broken)).toThrow(NearsideError)
  })
})
