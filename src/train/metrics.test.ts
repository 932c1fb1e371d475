import { logLikelihood } from '@nearside/core/learning/fuse.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hitRate, measure, ndcg, placesOf, recall, reciprocalRank } from './metrics.ts'

const scores = Float32Array.of(0.5, 2, 2, -1, 3)

describe('places', () => {
  it('placesOf sorts by score, then by row', () => {
    expect([...placesOf(scores, [0, 1, 2, 3, 4])]).toEqual([0, 1, 2, 3, 4])
    expect([...placesOf(scores, [2])]).toEqual([2])
    expect([...placesOf(scores, [1])]).toEqual([1])
    expect([...placesOf(new Float32Array(4), [3])]).toEqual([3])
  })

  it('placesOf leaves excluded items out', () => {
    expect([...placesOf(scores, [2, 3], Uint8Array.of(1, 1, 0, 0, 0))]).toEqual([1, 2])
  })

  it('placesOf refuses a score that is not finite', () => {
    expect(() => placesOf(Float32Array.of(1, Number.NaN), [0])).toThrow(/item row 1 is NaN/)
    expect(() => placesOf(Float32Array.of(Number.POSITIVE_INFINITY, 0), [1])).toThrow(/row 0/)
  })

  it('placesOf agrees with a full sort', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 30 }),
        (values) => {
          const rows = values.map((_, row) => row)
          const sorted = [...rows].sort((a, b) => values[b] - values[a] || a - b)
          for (const row of rows)
            expect(placesOf(Float32Array.from(values), [row])[0]).toBe(sorted.indexOf(row))
        },
      ),
    )
  })
})

describe('metrics by hand', () => {
  // The targets have the 0-based ranks 1, 3 and 12.
  const places = Int32Array.of(1, 3, 12)

  it('with three targets, NDCG is divided by the best NDCG that three targets can reach', () => {
    const gained = 1 / Math.log2(3) + 1 / Math.log2(5)
    const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4)
    expect(ndcg(places, 10)).toBeCloseTo(gained / ideal, 12)
    // The gains are 0.63093 + 0.43068 = 1.06161, the best gains 1 + 0.63093 + 0.5 = 2.13093.
    expect(ndcg(places, 10)).toBeCloseTo(0.49819, 5)
  })

  it('with more targets than k, NDCG is divided by the best NDCG of k places', () => {
    const many = Int32Array.from({ length: 25 }, (_, i) => i)
    expect(ndcg(many, 10)).toBeCloseTo(1, 12)
    expect(recall(many, 20)).toBeCloseTo(20 / 25, 12)
  })

  it('hit rate, recall and reciprocal rank count the targets within k places', () => {
    expect(hitRate(places, 10)).toBe(1)
    expect(hitRate(places, 1)).toBe(0)
    expect(recall(places, 10)).toBeCloseTo(2 / 3, 12)
    expect(recall(places, 20)).toBe(1)
    expect(reciprocalRank(places, 20)).toBe(1 / 2)
    expect(reciprocalRank(Int32Array.of(20), 20)).toBe(0)
    expect(reciprocalRank(Int32Array.of(19), 20)).toBe(1 / 20)
  })

  it('for a case without targets every metric is 0, not NaN', () => {
    const none = new Int32Array(0)
    expect([ndcg(none, 10), hitRate(none, 10), recall(none, 20), reciprocalRank(none, 20)]).toEqual(
      [0, 0, 0, 0],
    )
  })

  it('the log-likelihood is a mean over the targets, and leaves out excluded items', () => {
    const four = Float32Array.from([1, 2, 3, 4], Math.log)
    expect(-logLikelihood(four, [3])).toBeCloseTo(-Math.log(0.4), 6)
    expect(-logLikelihood(four, [2, 3])).toBeCloseTo(-(Math.log(0.3) + Math.log(0.4)) / 2, 6)
    expect(-logLikelihood(four, [2], Uint8Array.of(0, 0, 0, 1))).toBeCloseTo(-Math.log(0.5), 6)
  })

  it('the likelihood is correct for scores far from zero', () => {
    expect(-logLikelihood(Float32Array.of(1000, 1000), [0])).toBeCloseTo(Math.log(2), 6)
    expect(-logLikelihood(Float32Array.of(-1000, -1000), [0])).toBeCloseTo(Math.log(2), 6)
  })
})

describe('metrics of any ranking', () => {
  const ranking = fc
    .array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 60 })
    .chain((values) =>
      fc.record({
        values: fc.constant(values),
        targets: fc.uniqueArray(fc.integer({ min: 0, max: values.length - 1 }), { minLength: 1 }),
      }),
    )

  it('every metric stays in its range for any scores', () => {
    fc.assert(
      fc.property(ranking, ({ values, targets }) => {
        const out = measure(Float32Array.from(values), targets)
        for (const value of out.subarray(0, 4)) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1 + 1e-6)
        }
        expect(out[4]).toBeGreaterThanOrEqual(0)
        expect(out[0] > 0).toBe(out[1] === 1)
      }),
    )
  })

  it('a higher score of a target lowers no metric', () => {
    fc.assert(
      fc.property(ranking, ({ values, targets }) => {
        const before = measure(Float32Array.from(values), targets)
        const raised = values.map((value, row) => (row === targets[0] ? value + 1 : value))
        const after = measure(Float32Array.from(raised), targets)
        // Another target can fall behind the raised target, but the sum of gains doesn't fall.
        for (let m = 0; m < 4; m++) expect(after[m]).toBeGreaterThanOrEqual(before[m] - 1e-6)
      }),
    )
  })
})
