import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runStages } from '../clean.ts'
import type { ShopperEvent } from '../event.ts'
import { averagePathLength, growForest, isolationScore } from './isolationForest.ts'
import { describeVisit, learnUsual, logFences, OUTLIER_STAGES, rateOf } from './ownVisits.ts'

/** Park and Miller's random number generator. */
function uniform(seed: number) {
  let state = seed
  return {
    next() {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    },
  }
}

function normals(count: number, seed: number): number[] {
  const { next } = uniform(seed)
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()),
  )
}

describe('isolation forest', () => {
  it('averagePathLength matches 2·H(n − 1) − 2·(n − 1)/n, where H is the harmonic number', () => {
    expect([0, 1, 2].map(averagePathLength)).toEqual([0, 0, 1])
    // This value is c(256) of the isolation-forest paper (Liu, Ting and Zhou 2008), which samples 256 rows per tree.
    expect(averagePathLength(256)).toBeCloseTo(10.2447709, 6)
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 2000 }), (n) => {
        const harmonic = Array.from({ length: n - 1 }, (_, k) => 1 / (k + 1)).reduce(
          (a, b) => a + b,
        )
        const exact = 2 * harmonic - (2 * (n - 1)) / n
        // `averagePathLength` approximates H(m) by ln m + γ, which is too low by less than 1/(2m).
        expect(averagePathLength(n)).toBeLessThan(exact)
        expect(averagePathLength(n)).toBeGreaterThan(exact - 1 / (n - 1))
      }),
    )
  })

  it('equal rows have an anomaly score of 0.5, and every score is above 0 and at most 1', () => {
    const same = Array.from({ length: 40 }, () => Float64Array.of(1, 2))
    expect(isolationScore(growForest(same, uniform(1)), same[0])).toBeCloseTo(0.5, 12)
    expect(isolationScore(growForest([], uniform(1)), same[0])).toBe(0.5)
    const row = fc.tuple(fc.double({ noNaN: true, min: -9, max: 9 }), fc.integer({ max: 9 }))
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), fc.nat(), (rows, seed) => {
        const table = rows.map((one) => Float64Array.from(one))
        const forest = growForest(table, uniform(seed + 1), 10, 16)
        for (const one of table) {
          const score = isolationScore(forest, one)
          expect(score).toBeGreaterThan(0)
          expect(score).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('planted anomalies score higher than each of 400 normal rows, and a seed always gives the same scores', () => {
    const values = normals(1200, 7)
    const rows = Array.from({ length: 400 }, (_, k) =>
      Float64Array.from(values.slice(3 * k, 3 * k + 3)),
    )
    const planted = [
      [6, 0, 0],
      [0, -6, 1],
      [5, 5, 5],
      [-5, 5, 0],
    ].map((one) => Float64Array.from(one))
    const all = [...rows, ...planted]
    const scores = (seed: number) => {
      const forest = growForest(all, uniform(seed))
      return all.map((row) => isolationScore(forest, row))
    }
    const found = scores(3)
    const last = [...found].sort((a, b) => b - a)[11]
    for (const score of found.slice(400)) expect(score).toBeGreaterThan(Math.max(0.6, last))
    expect(found.slice(0, 400).filter((score) => score > 0.6).length).toBeLessThan(16)
    expect(scores(3)).toEqual(found)
    expect(scores(4)).not.toEqual(found)
  })
})

describe("Tukey's fences", () => {
  it('logFences exclude about 0.7 % of a log-normal sample, and exclude nothing from a sample of three values', () => {
    const values = normals(20_000, 11).map(Math.exp)
    const { low, high } = logFences(values)
    const outside = values.filter((value) => value < low || value > high).length
    expect(outside / values.length).toBeGreaterThan(0.005)
    expect(outside / values.length).toBeLessThan(0.009)
    expect(logFences([1, 2, 3])).toEqual({ low: 0, high: Number.POSITIVE_INFINITY })
  })

  it('if all values are multiplied by a factor, logFences are multiplied by the same factor', () => {
    const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(positive, { minLength: 8 }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (values, unit) => {
          const one = logFences(values)
          const other = logFences(values.map((value) => value * unit))
          expect(Math.log(other.low / one.low)).toBeCloseTo(Math.log(unit), 6)
          expect(Math.log(other.high / one.high)).toBeCloseTo(Math.log(unit), 6)
        },
      ),
    )
  })
})

describe('outlier cleaning of a log that contains a bot’s visit', () => {
  const START = 1_700_000_000_000
  const { next } = uniform(5)
  const visit = (session: string, looks: number, gap: () => number, dwell: () => number) => {
    let time = START
    return Array.from({ length: looks }, (_, k): ShopperEvent => {
      time += gap()
      const items = [`i${Math.floor(next() * 500)}`]
      return { id: `${session}-${k}`, name: 'view_item', time, session, items, dwellMs: dwell() }
    })
  }
  const spread = (middle: number, width: number) =>
    middle * Math.exp(width * (next() + next() + next() - 1.5))
  const people = Array.from({ length: 150 }, (_, k) =>
    visit(
      `person${k}`,
      3 + Math.floor(12 * next()),
      () => spread(25_000, 1.5),
      () => spread(20_000, 1.5),
    ),
  )
  const bot = visit(
    'bot',
    80,
    () => 2000 + 100 * next(),
    () => 1500,
  )
  const bought: ShopperEvent = { ...bot[20], id: 'bought', name: 'purchase', dwellMs: undefined }
  const events = [...people.flat(), ...bot, bought]
  const usual = learnUsual(events, uniform(9))

  it('outlier cleaning drops a bot’s views, but keeps its purchase and over 93 % of people’s events', () => {
    const { events: kept, report } = runStages(events, OUTLIER_STAGES, usual)
    expect(kept).toContain(bought)
    expect(kept.filter(({ session }) => session === 'bot')).toEqual([bought])
    expect(kept.length).toBeGreaterThan(0.93 * people.flat().length)
    expect(report.kept).toBe(kept.length)
    const dropped = Object.values(report.dropped).reduce((a, b) => a + b, 0)
    expect(report.kept + dropped).toBe(events.length)
  })

  it('describeVisit turns any visit into seven finite numbers', () => {
    for (const own of [bot, bot.slice(0, 1), [bought], people[0].slice(0, 2)]) {
      const found = describeVisit(own)
      expect(found).toHaveLength(7)
      expect(found.every(Number.isFinite)).toBe(true)
    }
    expect(rateOf(bot.slice(0, 2))).toBeNull()
  })

  it('outlier cleaning drops nothing from a log that is too small to learn from', () => {
    const few = people[0].slice(0, 4)
    const usual = learnUsual(few, uniform(2))
    expect(runStages(few, OUTLIER_STAGES, usual).events).toEqual(few)
  })
})
