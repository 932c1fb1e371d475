import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { highestRows, ranksOf, ranksOfAll } from './highest.ts'

describe('highestRows', () => {
  it('highestRows returns the start of a full sort, in which equal scores are sorted by row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 90 }),
        (values, places) => {
          const scores = Float32Array.from(values)
          const order = values.map((_, row) => row).sort((a, b) => scores[b] - scores[a] || a - b)
          expect(highestRows(scores, places)).toEqual(order.slice(0, places))
        },
      ),
      { numRuns: 500 },
    )
  })
})

const sorted = (scores: Float32Array): number[] =>
  [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b)

test('for a few rows, ranksOf gives the same ranks as a full sort of all rows, including ties', () => {
  const score = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.float({ noNaN: true }))
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 80 }), fc.nat(80), (list, few) => {
      const scores = Float32Array.from(list)
      const all = sorted(scores)
      // The order of the ids doesn't depend on the scores.
      const ids = list.map((_, id) => (id * 7) % list.length).slice(0, few)
      const distinct = [...new Set(ids)]
      expect([...ranksOf(distinct, scores)]).toEqual(distinct.map((id) => all.indexOf(id) + 1))
    }),
  )
})

test('ranksOfAll gives all rows the ranks that they have in a full sort', () => {
  const score = fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.constant(-0),
    fc.float({ noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 80 }), (list) => {
      const scores = Float32Array.from(list)
      const all = sorted(scores)
      expect([...ranksOfAll(scores)]).toEqual(list.map((_, id) => all.indexOf(id) + 1))
    }),
  )
})
