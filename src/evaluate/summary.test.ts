import { describe, expect, it } from 'vitest'
import { ARMS, type ArmName } from './arms.ts'
import { personalParts } from './report/personal.ts'
import { textLines } from './report/report.ts'
import { answerOf, verdict } from './report/verdict.ts'
import { findLift } from './results.ts'
import { Rows } from './rows.ts'
import { summarise as summariseRows } from './summary.ts'
import type { WalkedCase } from './walk.ts'

interface Made extends WalkedCase {
  readonly base: number
  readonly own: Partial<Record<ArmName, number>>
  readonly hasNew: boolean
  readonly isAsked: boolean
}

/** A case in which every arm has NDCG@10 `base`, except the arms in `own`. */
function result(
  shopper: string,
  base: number,
  own: Partial<Record<ArmName, number>> = {},
  rest: Partial<Made> = {},
): Made {
  const known = {
    time: 0,
    place: 1,
    hasNew: true,
    isAsked: true,
    guardActive: true,
    failures: [],
  }
  return { shopper, base, own, ...known, ...rest }
}

function summarise(made: readonly Made[], seed: number) {
  const rows = new Rows<WalkedCase>()
  for (const one of made) {
    rows.begin(one)
    for (const arm of one.isAsked ? ARMS : []) {
      const ndcg = Math.fround(one.own[arm] ?? one.base)
      rows.put({ arm, metric: 'ndcg@10' }, ndcg)
      rows.put({ arm, metric: 'nll' }, 5)
      if (one.hasNew) rows.put({ arm, metric: 'ndcg@10:new' }, ndcg)
    }
  }
  return summariseRows(rows, seed)
}

function metricOf(
  summary: ReturnType<typeof summarise>,
  arm: ArmName,
  metric: string,
): number | undefined {
  const found = summary.arms.find(({ name }) => name === arm)
  return (found as unknown as Record<string, number> | undefined)?.[metric]
}

describe('means of a summary', () => {
  const results = Array.from({ length: 5 }, (_, s) => [
    result(`ann${s}`, 0.2),
    result(`ann${s}`, 0.2),
    result(`ann${s}`, 0.2),
    result(`bob${s}`, 0.6, { personal: 0.8 }),
  ]).flat()

  it('the means of a summary are over shoppers, not over cases', () => {
    expect(metricOf(summarise(results, 1), 'popular', 'ndcg@10')).toBeCloseTo(0.4, 6)
  })

  it('the metrics for new items leave out cases without a new item, and need ten shoppers', () => {
    const half = Array.from({ length: 20 }, (_, s) =>
      result(`s${s}`, s < 10 ? 0.2 : 0.6, {}, { hasNew: s < 10 }),
    )
    const summary = summarise(half, 1)
    expect(summary.parted[':new']).toEqual({ cases: 10, shoppers: 10 })
    expect(metricOf(summary, 'popular', 'ndcg@10:new')).toBeCloseTo(0.2, 6)
    expect(metricOf(summarise(half.slice(1), 1), 'popular', 'ndcg@10:new')).toBeUndefined()
  })

  it('the lifts of a summary have intervals, and compare all arms on the same shoppers', () => {
    const { lifts } = summarise(results, 1)
    const lift = findLift(lifts, 'personal', 'base-fresh', 'ndcg@10')
    expect(lift?.relative).toBeCloseTo(0.5 / 0.4 - 1, 5)
    expect(lift?.lo).toBeGreaterThanOrEqual(0)
    expect(lift?.hi).toBeLessThanOrEqual(0.8 / 0.6 - 1)
    // With nine shoppers, there is no interval.
    const few = summarise(
      results.filter(({ shopper }) => shopper !== 'bob4'),
      1,
    )
    expect(few.lifts).toEqual([])
    expect(few.installed[0].learning).toHaveProperty('lift', undefined)
    expect(findLift(lifts, 'base-fresh', 'base-stale', 'ndcg@10')).toMatchObject({
      relative: 0,
      lo: 0,
      hi: 0,
    })
  })
})

describe('places of a visit', () => {
  const ten = (of: (name: string) => Made[]) =>
    Array.from({ length: 10 }, (_, s) => of(`s${s}`)).flat()

  it('a summary groups cases by their position in the visit, and tells whether the log shows visits', () => {
    const places = [1, 2, 3, 4, 6, 7, 90]
    const results = ten((name) => places.map((place) => result(name, 0.5, {}, { place })))
    const { visit, showsVisits } = summarise(results, 1)
    expect(visit.map(({ label, cases }) => [label, cases])).toEqual([
      ['1', 10],
      ['2-3', 20],
      ['4-6', 20],
      ['>6', 20],
    ])
    expect(showsVisits).toBe(true)
    expect(summarise([results[0]], 1).showsVisits).toBe(false)
  })

  it('the table by position in the visit leaves out a purchase of the product that the shopper is viewing, which is no test case', () => {
    const asked = ten((name) => [result(name, 0.5, {}, { place: 2 })])
    const bought = result('bob', 0.5, {}, { place: 2, isAsked: false })
    const { visit, cases, shoppers } = summarise([...asked, bought], 1)
    expect([cases, shoppers]).toEqual([10, 10])
    expect(visit.map(({ cases }) => cases)).toEqual([10])
  })

  it('positions that fewer than ten shoppers reached are missing from the table, rather than zero', () => {
    const nine = ten((name) => [result(name, 0.5, {}, { place: 7 })]).slice(1)
    const { visit } = summarise([...ten((name) => [result(name, 0.5)]), ...nine], 1)
    expect(visit.map(({ label }) => label)).toEqual(['1'])
  })

  it('each position in the visit has the lift of its own cases', () => {
    const results = Array.from({ length: 60 }, (_, s) =>
      result(`s${s}`, 0.5, { personal: 0.5 + s / 100 }, { place: s < 30 ? 1 : 2 }),
    )
    const { visit } = summarise(results, 1)
    expect(visit.map(({ label, lift }) => [label, lift?.relative])).toEqual([
      ['1', expect.closeTo(0.29, 6)],
      ['2-3', expect.closeTo(0.89, 6)],
    ])
  })
})

describe('harm in a summary', () => {
  it('a summary counts the shoppers whose own cases are significantly worse', () => {
    const hurt = Array.from({ length: 6 }, () => result('ann', 0.5, { personal: 0.4 }))
    const others = Array.from({ length: 9 }, (_, s) => result(`s${s}`, 0.5))
    const { change } = summarise([...hurt, ...others], 1)
    expect(change?.worse).toMatchObject({ significant: 1, share: 0.1 })
  })
})

describe('the report of a summary', () => {
  it('the report begins with each arm’s lift over the arm before, and contains no NaN or undefined if all values are 0', () => {
    const zeros = Array.from({ length: 12 }, (_, s) => result(`s${s}`, 0, {}, { hasNew: false }))
    for (const results of [zeros, zeros.map(({ shopper }, s) => result(shopper, s / 12))]) {
      const parts = personalParts(summarise(results, 1))
      const lines = textLines({ title: 'test', lead: [], parts, notes: [] })
      expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
      const ladder = lines.findIndex((line) => line.startsWith('Where it comes from'))
      const names = lines.slice(ladder + 2, ladder + 6).map((line) => line.trim().split(' ')[0])
      expect(names).toEqual(['popular-30d', 'base-stale', 'base-fresh', 'personal'])
    }
  })

  it('a lift over an arm whose mean is 0 is left out of the JSON', () => {
    const text = JSON.stringify(summarise([result('ann', 0)], 1).lifts)
    expect(text).not.toMatch(/null/)
  })
})

describe('the summary of devices that begin at install', () => {
  it('the summary reads the rows of each store, and picks the best counting baseline for each', () => {
    const rows = new Rows<WalkedCase>()
    for (let s = 0; s < 12; s++)
      for (let k = 0; k < 6; k++) {
        rows.begin(result(`s${s}`, 0))
        for (const [store, best, personal] of [
          ['install', 'last-viewed', 0.5],
          ['seeded', 'ease', 0.7],
        ] as const) {
          for (const arm of ARMS) {
            const own = arm === 'personal' ? personal : arm === best ? 0.6 : 0.4
            rows.put({ arm, store, metric: 'ndcg@10' }, own)
            rows.put({ arm, store, metric: 'nll' }, arm === 'personal' && s < 3 ? 5 : 4)
          }
        }
        // The rows of the main comparison give the opposite result, so the summary must not read them here.
        for (const arm of ARMS) rows.put({ arm, metric: 'ndcg@10' }, arm === 'personal' ? 0.1 : 0.9)
      }
    const { installed, ...rest } = summariseRows(rows, 1)
    const [install, seeded] = installed
    expect(install).toMatchObject({ store: 'install', counts: 'last-viewed' })
    expect(install.overPopular?.relative).toBeCloseTo(0.25, 6)
    expect(install.overCounts?.relative).toBeCloseTo(0.5 / 0.6 - 1, 6)
    expect(install.learning?.worse).toMatchObject({ significant: 3, testable: 3 })
    expect(seeded).toMatchObject({ store: 'seeded', counts: 'ease' })
    expect(seeded.overCounts?.relative).toBeCloseTo(0.7 / 0.6 - 1, 6)
    const answer = answerOf({ installed, ...rest })
    const { title } = verdict({ installed, ...rest }, answer, false)
    expect(title).toMatch(/don’t switch it on, because last-viewed/)
  })
})
