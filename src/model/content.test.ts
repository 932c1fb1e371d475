import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DIMENSION } from './baseModel.ts'
import { contentVectors, titleWords } from './content.ts'
import { encode } from './encoder.ts'
import { extendModel } from './extend.ts'
import { scoreTerms } from './score.ts'
import { tinyModel } from './tinyModel.ts'

const tables = tinyModel().content as NonNullable<ReturnType<typeof tinyModel>['content']>

test('titles become distinct lower-case singular words', () => {
  expect(titleWords('SET OF 3 Red Tins, red TIN')).toEqual(['set', 'of', '3', 'red', 'tin'])
  expect(titleWords("Glass dress CAFÉ's")).toEqual(['glass', 'dress', 'café', 's'])
  expect(titleWords('')).toEqual([])
})

test('a vector is the sum of its words, category and price band', () => {
  const row = (table: Float32Array, k: number) => table.subarray(k * DIMENSION, (k + 1) * DIMENSION)
  const item = { id: 'n', title: 'Red Cups by nobody', category: 'garden', price: 2 }
  const found = contentVectors(tables, [item])
  for (let j = 0; j < DIMENSION; j++) {
    const words = row(tables.wordVectors, 2)[j] + row(tables.wordVectors, 1)[j]
    const rest = row(tables.categoryVectors, 2)[j] + row(tables.priceVectors, 1)[j]
    expect(found[j]).toBeCloseTo(words / Math.SQRT2 + rest, 5)
  }
})

test('nothing known gives zeros, and no item gives anything but finite numbers', () => {
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

test('items added later join at the end and can be scored and read from history', () => {
  const model = tinyModel(12)
  const added = [
    { id: 'item 3', title: 'known' },
    { id: 'new', title: 'Blue cup', category: 'kitchen', price: 3 },
    { id: 'new', title: 'a second line of the same id' },
  ]
  const wider = extendModel(model, added)
  expect(wider.itemIds).toEqual([...model.itemIds, 'new'])
  expect(wider.statistics.category[12]).toBe(1)
  expect(wider.statistics.logPrice[12]).toBeCloseTo(Math.log(3), 6)
  const history = [{ item: 12, name: 'view_item', time: 0, session: 's' }] as const
  expect(encode(wider, history, 60_000).some((value) => value !== 0)).toBe(true)
  const { base } = scoreTerms(wider, history, 60_000)
  expect(base).toHaveLength(13)
  expect(base.every(Number.isFinite)).toBe(true)
  const known = scoreTerms(model, [], 0).base
  expect(scoreTerms(wider, [], 0).base.slice(0, 12)).toEqual(known)
})

test('a model that knows every item is returned as it is', () => {
  const model = tinyModel()
  expect(extendModel(model, [{ id: 'item 0' }])).toBe(model)
})
