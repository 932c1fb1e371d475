import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DIMENSION } from './baseModel.ts'
import { contentVectors, titleWords } from './content.ts'
import { tinyModel } from './testModel.ts'

const tables = tinyModel().content as NonNullable<ReturnType<typeof tinyModel>['content']>

test('titleWords splits a title into distinct lower-case singular words', () => {
  expect(titleWords('SET OF 3 Red Tins, red TIN')).toEqual(['set', 'of', '3', 'red', 'tin'])
  expect(titleWords("Glass dress CAFÉ's")).toEqual(['glass', 'dress', 'café', 's'])
  expect(titleWords('')).toEqual([])
})

test('an item’s content vector is the sum of the vectors of its words, category and price band', () => {
  const row = (table: Float32Array, k: number) => table.subarray(k * DIMENSION, (k + 1) * DIMENSION)
  const item = { id: 'n', title: 'Red Cups by nobody', category: 'garden', price: 2 }
  const found = contentVectors(tables, [item])
  for (let j = 0; j < DIMENSION; j++) {
    const words = row(tables.wordVectors, 2)[j] + row(tables.wordVectors, 1)[j]
    const rest = row(tables.categoryVectors, 2)[j] + row(tables.priceVectors, 1)[j]
    expect(found[j]).toBeCloseTo(words / Math.SQRT2 + rest, 5)
  }
})

test('an item of unknown content has a vector of zeros, and every content vector is finite', () => {
  expect(contentVectors(tables, [{ id: 'x', title: '???', price: -1 }]).every((v) => v === 0)).toBe(
    true,
  )
  const item = fc.record(
    {
      id: fc.string(),
      title: fc.string({ unit: 'binary' }),
      price: fc.double(),
      category: fc.string(),
    },
    { requiredKeys: ['id'] },
  )
  fc.assert(fc.property(item, (one) => contentVectors(tables, [one]).every(Number.isFinite)))
})
