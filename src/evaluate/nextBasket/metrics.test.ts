import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureBasket } from './metrics.ts'

/** Scores of 30 rows: the given rows first, in their sequence, then the other rows by number. */
function ranking(first: readonly number[], items = 30): Float32Array {
  const scores = Float32Array.from({ length: items }, (_, row) => -row)
  first.forEach((row, place) => {
    scores[row] = 100 - place
  })
  return scores
}

const gain = (...places: number[]) => places.reduce((sum, p) => sum + 1 / Math.log2(p + 1), 0)

describe('measureBasket', () => {
  test('the metrics equal values computed by hand for a basket with three of four items in the list, two bought before', () => {
    // The items at ranks 1 and 10 were bought before, the item at rank 12 was not, and row 29 is in no list.
    const list = [20, 1, 2, 3, 4, 5, 6, 7, 8, 21, 9, 22]
    const found = measureBasket(ranking(list), [20, 21, 22, 29], new Set([20, 21, 1, 2, 3]))
    expect(found['recall@10']).toBeCloseTo(2 / 4, 6)
    expect(found['recall@20']).toBeCloseTo(3 / 4, 6)
    expect(found['ndcg@10']).toBeCloseTo(gain(1, 10) / gain(1, 2, 3, 4), 6)
    expect(found['ndcg@10:uncut']).toBeCloseTo(gain(1, 10) / gain(1, 2, 3, 4), 6)
    expect(found['phr@10']).toBe(1)
    expect(found['recall@10:repeat']).toBe(1)
    expect(found['phr@10:repeat']).toBe(1)
    expect(found['recall@10:explore']).toBe(0)
    expect(found['phr@10:explore']).toBe(0)
    // Without the five items bought before, row 22 is seventh; row 29 stays beyond the list.
    expect(found['ndcg@10:new']).toBeCloseTo(gain(7) / gain(1, 2), 6)
  })

  test('if the basket is longer than the list, NDCG can reach 1, but uncut NDCG (relative to the gain of the whole basket) can’t', () => {
    const basket = Array.from({ length: 12 }, (_, k) => k)
    const found = measureBasket(ranking(basket), basket, new Set())
    expect(found['ndcg@10']).toBeCloseTo(1, 6)
    expect(found['ndcg@10:uncut']).toBeCloseTo(
      gain(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) / gain(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      6,
    )
    expect(found['recall@10']).toBeCloseTo(10 / 12, 6)
  })

  test('items without a score are in no list', () => {
    const scores = new Float32Array(30).fill(Number.NEGATIVE_INFINITY)
    scores[3] = 1
    expect(measureBasket(scores, [3], new Set([3]))['recall@10']).toBe(1)
    expect(measureBasket(scores, [0], new Set([3]))['recall@20']).toBe(0)
  })

  test('a basket without items bought before has no repeat metrics, and a basket of only such items no explore metrics', () => {
    const repeats = measureBasket(ranking([]), [1, 2], new Set([1, 2]))
    expect(Object.keys(repeats).filter((metric) => /explore|new/.test(metric))).toEqual([])
    const explores = measureBasket(ranking([]), [1, 2], new Set([3]))
    expect(Object.keys(explores).filter((metric) => /repeat/.test(metric))).toEqual([])
  })

  const rows = fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { minLength: 1, maxLength: 30 })

  test('repeat and explore hits add up to all hits, and every metric is in [0, 1]', () => {
    fc.assert(
      fc.property(
        rows,
        rows,
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 40, maxLength: 40 }),
        (basket, own, values) => {
          const bought = new Set(own)
          const found = measureBasket(Float32Array.from(values), basket, bought)
          const repeats = basket.filter((item) => bought.has(item)).length
          const hits =
            repeats * (found['recall@10:repeat'] ?? 0) +
            (basket.length - repeats) * (found['recall@10:explore'] ?? 0)
          expect(hits).toBeCloseTo(basket.length * found['recall@10']!, 6)
          expect(found['recall@20']).toBeGreaterThanOrEqual(found['recall@10']!)
          expect(found['ndcg@10:uncut']).toBeLessThanOrEqual(found['ndcg@10']! + 1e-9)
          expect(found['phr@10']).toBe(found['recall@10']! > 0 ? 1 : 0)
          for (const value of Object.values(found)) {
            expect(value).toBeGreaterThanOrEqual(0)
            expect(value).toBeLessThanOrEqual(1 + 1e-9)
          }
        },
      ),
    )
  })
})
