import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { expect, test } from 'vitest'
import { diversity, familyRepeats, mix, novelty, oneSubject } from './quality.ts'

/** Two equal vectors, one orthogonal to them, one opposite to the first. */
const vectors = new Float32Array(4 * DIMENSION)
vectors.set([2, 0], 0)
vectors.set([5, 0], DIMENSION)
vectors.set([0, 1], 2 * DIMENSION)
vectors.set([-1, 0], 3 * DIMENSION)
const facts = {
  itemVectors: vectors,
  families: ['a', 'a', 'a', undefined],
  categories: ['mugs', 'mugs', 'bags', undefined],
  popularityAll: Float32Array.from([0, 1, 3, 27], Math.log1p),
}

test('diversity is the mean cosine distance of all pairs of a list', () => {
  expect(diversity([0, 1], facts)).toBeCloseTo(0, 6)
  expect(diversity([0, 1, 2], facts)).toBeCloseTo(2 / 3, 6)
  expect(diversity([0, 3], facts)).toBeCloseTo(2, 6)
  expect(diversity([0], facts)).toBe(0)
})

test('familyRepeats counts an item from the third of its family on', () => {
  expect(familyRepeats([0, 1, 3], facts)).toBe(0)
  expect(familyRepeats([0, 3, 1, 2], facts)).toBe(1)
})

test('an item that fewer shoppers wanted has a higher novelty', () => {
  // Counts 1, 2, 4 and 28 of 35.
  expect(novelty([0], facts)).toBeCloseTo(Math.log2(35), 5)
  expect(novelty([0, 2], facts)).toBeCloseTo((Math.log2(35) + Math.log2(35 / 4)) / 2, 5)
})

test('mix assigns each item to the last visit, to earlier visits, or to discovery', () => {
  const did = (item: number, session: string) =>
    ({ item, name: 'view_item', time: 0, session }) as const
  const both = [did(0, 'a'), did(2, 'b')]
  expect(mix([0, 1, 2, 3], facts, both, 0)).toEqual({
    current: 0.25,
    earlier: 0.5,
    discovery: 0.25,
  })
  // A category of both visits counts for the last visit.
  expect(mix([0, 2], facts, [did(1, 'a'), ...both, did(0, 'b')], 0)).toEqual({
    current: 1,
    earlier: 0,
    discovery: 0,
  })
  expect(mix([0], facts, [did(0, 'a')], 0).current).toBeNaN()
})

test('oneSubject allows one item of another category, but not two', () => {
  expect(oneSubject([0, 1, 2], facts)).toBe(1)
  expect(oneSubject([0, 1, 2, 3], facts)).toBe(0)
  expect(oneSubject([3, 3, 3], facts)).toBe(0)
})
