import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DEFAULT_COUNTS, type Session, SessionCounts } from './sessionCounts.ts'

const ITEMS = 6
const session = fc.array(fc.integer({ min: 0, max: ITEMS - 1 }), { minLength: 1, maxLength: 8 })
const log = fc.array(fc.array(session, { maxLength: 6 }), { minLength: 1, maxLength: 5 })

function count(periods: readonly (readonly Session[])[], decay: number): SessionCounts {
  const counts = new SessionCounts(ITEMS, { ...DEFAULT_COUNTS, decay })
  periods.forEach((sessions, p) => {
    if (p > 0) counts.age()
    counts.add(sessions)
  })
  return counts
}

function shares(counts: SessionCounts, item: number): Map<number, number> {
  const { items, shares } = counts.following.neighbours(item)
  return new Map([...items].map((other, k) => [other, shares[k]]))
}

it('without decay, an update gives what counting everything at once gives', () => {
  fc.assert(
    fc.property(log, (periods) => {
      const updated = count(periods, 1)
      const whole = count([periods.flat()], 1)
      for (let item = 0; item < ITEMS; item++) {
        expect(shares(updated, item)).toEqual(shares(whole, item))
        expect(updated.popularity[item]).toBe(whole.popularity[item])
      }
    }),
  )
})

it('old × decay + new, whether or not rows were read in between', () => {
  const old: Session[] = [
    [0, 1],
    [0, 1],
    [0, 2],
  ]
  const fresh: Session[] = [[0, 2]]
  const counts = count([old], 0.5)
  counts.following.neighbours(0)
  counts.age()
  counts.add(fresh)
  // 1: 2·½; 2: 1·½ + 1; and one pair's worth of prior.
  expect(shares(counts, 0)).toEqual(
    new Map([
      [2, Math.fround(1.5 / 3.5)],
      [1, Math.fround(1 / 3.5)],
    ]),
  )
  expect(counts.popularity[0]).toBe(3 * 0.5 + 1)
})

it('forgets what has decayed to nothing, and survives many periods', () => {
  const counts = count([[[0, 1]], ...Array.from({ length: 100 }, () => [[2, 3]])], 0.5)
  expect([...counts.following.neighbours(2).items]).toEqual([3])
  const total = counts.following.neighbours(2).shares[0]
  expect(total).toBeCloseTo(2 / 3, 6)
  counts.add([[0, 4]])
  expect([...counts.following.neighbours(0).items]).toEqual([4])
})

it('keeps the latest sessions of an item', () => {
  const counts = new SessionCounts(ITEMS, { ...DEFAULT_COUNTS, recentSessions: 3 })
  counts.add(Array.from({ length: 20 }, () => [1, 1]))
  const ids = counts.sessionsOf(1)
  expect(ids.slice(-3)).toEqual([17, 18, 19])
  expect(ids.length).toBeLessThan(6)
})
