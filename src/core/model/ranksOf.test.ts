import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ranksOf, ranksOfAll } from './ranksOf.ts'

const sorted = (scores: Float32Array): number[] =>
  [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b)

test('places are those of a full sort, with ties', () => {
  const score = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.float({ noNaN: true }))
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 80 }), fc.nat(80), (list, few) => {
      const scores = Float32Array.from(list)
      const all = sorted(scores)
      // A subset in an order that is independent of the scores.
      const ids = list.map((_, id) => (id * 7) % list.length).slice(0, few)
      const distinct = [...new Set(ids)]
      expect([...ranksOf(distinct, scores)]).toEqual(distinct.map((id) => all.indexOf(id) + 1))
    }),
  )
})

test('ranks of all are the same', () => {
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
