import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decayedFrequency, TA_FENG, tifuKnn } from './tifuKnn.ts'

const settings = { neighbours: 1, groups: 2, basketDecay: 0.5, groupDecay: 0.1, own: 0.75 }

test('baskets decay within and between groups; if equal groups are impossible, the last group has one basket more', () => {
  // The first group is basket 1; the second is baskets 2 and 3. The baskets' decay factors are 1/4, 1/2 and 1.
  const vector = decayedFrequency([[0, 1], [1], [2]], settings)
  expect(vector.get(0)).toBeCloseTo((0.1 * 0.25) / 2, 9)
  expect(vector.get(1)).toBeCloseTo((0.1 * 0.25) / 2 + 0.5 / 2 / 2, 9)
  expect(vector.get(2)).toBeCloseTo(1 / 2 / 2, 9)
})

test('with fewer baskets than groups, each basket is a group, and the latest groups stay empty', () => {
  const vector = decayedFrequency([[0], [1]], { ...settings, groups: 3 })
  expect(vector.get(0)).toBeCloseTo((0.5 * 0.01) / 2, 9)
  expect(vector.get(1)).toBeCloseTo(0.1 / 2, 9)
})

test('the nearest shopper (Euclidean distance) adds items that the shopper never bought', () => {
  const known = [
    [[0, 3], [0, 3], [0]],
    [[1], [1], [1]],
  ]
  const near = decayedFrequency(known[0], settings)
  const own = decayedFrequency([[0], [0]], settings)
  const scores = tifuKnn(5, known, settings)([[0], [0]])
  expect(scores[0]).toBeCloseTo(0.75 * own.get(0)! + 0.25 * near.get(0)!, 6)
  expect(scores[3]).toBeCloseTo(0.25 * near.get(3)!, 6)
  expect([scores[1], scores[2], scores[4]]).toEqual([0, 0, 0])
})

test('if there are fewer shoppers than `neighbours` asks for, the mean covers all of them', () => {
  const scores = tifuKnn(2, [[[1], [1], [1]]], { ...TA_FENG, own: 0 })([[0]])
  expect(scores[0]).toBe(0)
  expect(scores[1]).toBeGreaterThan(0)
})

const history = fc.array(
  fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 }),
  { minLength: 1, maxLength: 20 },
)

test('without decay, an item’s frequency is the share of a group’s baskets with the item, averaged over the groups', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 7 }), (baskets, groups) => {
      const even = { ...settings, groups, basketDecay: 1, groupDecay: 1 }
      const vector = decayedFrequency(baskets, even)
      for (const [item, weight] of vector) {
        expect(weight).toBeLessThanOrEqual(1 + 1e-9)
        expect(weight > 0).toBe(baskets.some((basket) => basket.includes(item)))
      }
      // An item that is in every basket has weight 1 in every group, so its mean is 1.
      expect(
        decayedFrequency(
          baskets.map((b) => [...b, 10]),
          even,
        ).get(10),
      ).toBeCloseTo(1, 9)
    }),
  )
})

test('if only the shopper’s own vector has weight, only own items get a score', () => {
  fc.assert(
    fc.property(history, fc.array(history, { minLength: 1, maxLength: 5 }), (baskets, known) => {
      const scores = tifuKnn(10, known, { ...TA_FENG, own: 1 })(baskets)
      const vector = decayedFrequency(baskets, TA_FENG)
      scores.forEach((score, item) => {
        expect(score).toBeCloseTo(vector.get(item) ?? 0, 5)
      })
    }),
  )
})
