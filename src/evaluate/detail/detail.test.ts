import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../core/model/random.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { prepareWalk, selectCases, tuneBaselines } from '../prepare.ts'
import { summarise } from '../summary.ts'
import { findLift } from '../table.ts'
import { testModel, testShop, UNTIL } from '../testShop.ts'
import { type CaseResult, walkShopper } from '../walk.ts'
import { CHECKED_ARMS } from './caseDetail.ts'
import { summariseDetail } from './detail.ts'
import { FUSION_GRID, OwnFusion } from './fusion.ts'
import { addTally, BIN_EDGES, emptyTally, tally } from './reliability.ts'
import { formatDetail } from './table.ts'

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)

async function walked(): Promise<CaseResult[]> {
  const shop = testShop(60, 30)
  const input = {
    model: testModel(shop),
    shoppers: shop.shoppers,
    dayOnly: false,
    isHeldOut: (id: string) => isHeldOut(id, 0.5, 1),
    until: UNTIL,
    protocol: 'personal' as const,
    popularity: 'nightly' as const,
    seed: 1,
  }
  // A fit that leans towards some vector: what matters here is that it moves scores.
  const fit = async (problem: { parameters: number }) => ({
    parameters: new Float32Array(problem.parameters).map((_, j) => 0.2 * Math.sin(j)),
  })
  const walk = prepareWalk(input, tuneBaselines(input), fit)
  const results: CaseResult[] = []
  for (const cases of selectCases(input)) results.push(...(await walkShopper(walk, cases)))
  return results
}

describe('the detail of a walk', async () => {
  const results = await walked()
  const summary = summarise(results, 1)
  const detail = summariseDetail(results, 1, 'shoppers')
  const arm = (name: string) => summary.arms.find((one) => one.name === name)

  it('has the base at λ = 0 and what ships at the shipped λ', () => {
    const { fixed, adaptive } = detail.fusion
    expect(fixed.map(({ weight }) => weight)).toEqual([...FUSION_GRID])
    expect(fixed[0]['ndcg@10']).toBe(arm('base-fresh')?.['ndcg@10'])
    expect(fixed[0].nll).toBeCloseTo(arm('base-fresh')?.nll ?? Number.NaN, 6)
    expect(fixed[0].lift).toEqual({ relative: 0, lo: 0, hi: 0 })
    expect(summary.guardTripped).toBe(0)
    expect(adaptive.shipped['ndcg@10']).toBeCloseTo(arm('personal')?.['ndcg@10'] ?? Number.NaN, 3)
    expect(adaptive.shipped.nll).toBeCloseTo(arm('personal')?.nll ?? Number.NaN, 4)
    expect(fixed[10].nll).not.toBeCloseTo(fixed[0].nll, 3)
    expect(adaptive.shipped.weight).toBeGreaterThan(0)
    expect(adaptive.shipped.weight).toBeLessThan(0.5)
  })

  it('counts every case once in each grouping, with the intervals of the summary', () => {
    for (const groups of [detail.months, detail.nthCase, detail.history])
      expect(sum(groups.map(({ cases }) => cases))).toBe(results.length)
    for (const { label, lift } of detail.history)
      expect(lift).toEqual(
        (({ relative, lo, hi }) => ({ relative, lo, hi }))(
          findLift(summary.lifts, 'personal', 'base-fresh', `ndcg@10@history=${label}`) ?? {
            relative: Number.NaN,
            lo: 0,
            hi: 0,
          },
        ),
      )
    expect(detail.shopperChanges).toHaveLength(summary.shoppers)
    expect(sum(detail.shopperChanges) / summary.shoppers).toBeCloseTo(
      (arm('personal')?.['ndcg@10'] ?? 0) - (arm('base-fresh')?.['ndcg@10'] ?? 0),
      9,
    )
  })

  it('gives away all of each case, and has finite numbers only', () => {
    expect(detail.calibration.map(({ arm: name }) => name)).toEqual([...CHECKED_ARMS])
    for (const { bins, ece } of detail.calibration) {
      expect(sum(bins.map(({ pairs }) => pairs))).toBe(results.length * 30)
      expect(ece).toBeGreaterThan(0)
      expect(ece).toBeLessThan(2)
    }
    expect(JSON.stringify(detail)).not.toContain('null')
    expect(formatDetail(detail).join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('reliability', () => {
  it('shares given and shares that came both sum to one', () => {
    const scores = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), {
      minLength: 2,
      maxLength: 80,
    })
    fc.assert(
      fc.property(scores, fc.nat(), (values, pick) => {
        const found = tally(Float32Array.from(values), [pick % values.length])
        expect(sum(found.items)).toBe(values.length)
        expect(sum(found.given)).toBeCloseTo(1, 9)
        expect(sum(found.came)).toBeCloseTo(1, 9)
        for (let bin = 0; bin < BIN_EDGES.length; bin++) {
          const mean = found.given[bin] / found.items[bin]
          if (found.items[bin] === 0) continue
          expect(mean).toBeGreaterThanOrEqual(BIN_EDGES[bin])
          expect(mean).toBeLessThan(BIN_EDGES[bin + 1] ?? Number.POSITIVE_INFINITY)
        }
      }),
    )
  })

  it('agrees where the law was followed, and does not where scores are twice as sure', () => {
    const random = createRandom(3)
    const gaps = [1, 2].map((sharpness) => {
      const total = emptyTally()
      for (let k = 0; k < 3000; k++) {
        const law = Float32Array.from({ length: 20 }, () => 1.5 * random.normal())
        const weights = law.map(Math.exp)
        let left = random.next() * sum(weights)
        const drawn = weights.findIndex((weight) => {
          left -= weight
          return left < 0
        })
        const said = law.map((score) => sharpness * score)
        addTally(total, tally(said, [Math.max(0, drawn)]), 1 / 3000)
      }
      return sum(total.given.map((given, bin) => Math.abs(given - total.came[bin])))
    })
    expect(gaps[0]).toBeLessThan(0.06)
    expect(gaps[1]).toBeGreaterThan(0.2)
  })
})

describe("a shopper's own λ", () => {
  it('starts at the prior, follows what helped, and never leaves [0, 1]', () => {
    const own = new OwnFusion()
    expect(own.weight(0.3)).toBeCloseTo(0.3, 9)
    own.observe(1)
    const after = own.weight(0.3)
    // One nat is a factor e on the odds.
    expect(after / (1 - after)).toBeCloseTo((0.3 / 0.7) * Math.E, 9)
    for (let k = 0; k < 2000; k++) own.observe(1)
    expect(own.weight(0.3)).toBe(1)
    for (let k = 0; k < 9000; k++) own.observe(-1)
    expect(own.weight(1)).toBeCloseTo(0, 9)
    own.observe(Number.NaN)
    expect(own.weight(1)).toBeCloseTo(0, 9)
    expect(new OwnFusion().weight(0)).toBe(0)
  })
})
