/** @module Tests that a model extended by new items ranks these, and leaves the known items unchanged. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Catalog } from '../catalog/catalog.ts'
import { FEATURE_COLUMN, FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { withColdStart } from '../features/itemStatistics.ts'
import { DAY } from '../time.ts'
import { DIMENSION } from './baseModel.ts'
import { encode } from './encoder.ts'
import { extendModel } from './extend.ts'
import { discountOf } from './prices.ts'
import { scoreTerms } from './score.ts'
import { tinyModel } from './testModel.ts'

const NOW = 400 * DAY
const model = tinyModel(12)
const added = [
  { id: 'item 3', title: 'known' },
  { id: 'new', title: 'Blue cup', category: 'kitchen', price: 3 },
  { id: 'new', title: 'a second line of the same id' },
]
const wider = extendModel(model, added)

const histories: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      item: fc.nat(11),
      name: fc.constantFrom('view_item' as const, 'purchase' as const),
      time: fc.integer({ min: NOW - 200 * DAY, max: NOW - 1 }),
      session: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 12 },
  )
  .map((history) => history.sort((a, b) => a.time - b.time))

test('new items get the last rows of the model and can be scored and encoded', () => {
  expect(wider.itemIds).toEqual([...model.itemIds, 'new'])
  expect(wider.statistics.category[12]).toBe(1)
  expect(wider.statistics.logPrice[12]).toBeCloseTo(Math.log(3), 6)
  const history = [{ item: 12, name: 'view_item', time: 0, session: 's' }] as const
  expect(encode(wider, history, 60_000).some((value) => value !== 0)).toBe(true)
  const { base } = scoreTerms(wider, history, 60_000)
  expect(base).toHaveLength(13)
  expect(base.every(Number.isFinite)).toBe(true)
})

test('a new item joins the peer group of its category and brand, and new items of a new category and brand share a group', () => {
  const brands = ['a', 'b', 'c', 'd']
  const item = (id: string, k: number) => ({ id, category: 'cups', brand: brands[k % 4] })
  const known = model.itemIds.map(item)
  const { statistics } = extendModel(model, [
    ...known,
    ...[item('of a known brand', 2), { ...item('first', 0), brand: 'new' }],
    ...[{ ...item('second', 0), brand: 'new' }, { id: 'neither' }],
  ])
  expect([...statistics.peerGroup.subarray(12)]).toEqual([2, 4, 4, 0])
})

test('the price of a new item in another currency is ignored, and never counts as a discount', () => {
  const priced = { ...model, manifest: { ...model.manifest, currency: 'GBP' } }
  const logPriceOf = (currency?: string) =>
    extendModel(priced, [{ id: 'new', price: 400, currency }]).statistics.logPrice[12]
  expect(logPriceOf('GBP')).toBeCloseTo(Math.log(400), 6)
  expect(logPriceOf()).toBe(logPriceOf('GBP'))
  expect(logPriceOf('JPY')).toBe(extendModel(priced, [{ id: 'new' }]).statistics.logPrice[12])
  const discountAt = (currency: string) => {
    const usual = Math.exp(priced.statistics.logPrice[3])
    return discountOf(priced, new Catalog([{ id: 'item 3', price: usual / 2, currency }]), 3)
  }
  expect(discountAt('GBP')).toBeCloseTo(Math.log(2), 5)
  expect(discountAt('EUR')).toBe(0)
})

test('extendModel returns the same model if the model knows every item', () => {
  expect(extendModel(model, [{ id: 'item 0' }])).toBe(model)
})

test('adding items leaves the scores of known items identical to the last bit', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const { base, features } = scoreTerms(model, history, NOW)
      const beside = scoreTerms(wider, history, NOW)
      expect(beside.base.subarray(0, 12)).toEqual(base)
      expect(beside.features.subarray(0, 12 * FEATURE_COUNT)).toEqual(features)
    }),
  )
})

describe('statistics of an uncounted new item', () => {
  const read = withColdStart(wider.statistics)
  const { coldStart } = wider.statistics
  const neighbours = [...(coldStart?.neighbours ?? [])]
  const weights = [...(coldStart?.weights ?? [])]
  const mean = (values: Float32Array) =>
    neighbours.reduce((sum, row, k) => sum + weights[k] * values[row], 0)

  test('a new item without counts gets popularity, repeat rate and bias from its neighbours', () => {
    expect(weights[0]).toBeGreaterThan(0)
    for (const name of ['popularity7', 'popularity30', 'popularityAll'] as const) {
      const expected = 0.1 * mean(model.statistics[name].map(Math.expm1))
      expect(Math.expm1(read[name][12])).toBeCloseTo(expected, 5)
      expect(read[name][12]).toBeGreaterThan(0)
    }
    expect(read.repeatRate[12]).toBeCloseTo(mean(model.statistics.repeatRate), 6)
    expect(wider.bias[12]).toBeCloseTo(mean(model.bias), 6)
    expect(read.ageDays[12]).toBe(0)
  })

  test('a new item with one counted shopper no longer has its neighbours’ popularity', () => {
    const popularityAll = wider.statistics.popularityAll.with(12, Math.log1p(1))
    const counted = { ...wider.statistics, popularityAll }
    expect(withColdStart(counted).popularity30[12]).toBe(0)
    expect(withColdStart(counted).popularityAll[12]).toBe(popularityAll[12])
  })

  test('for a cold-start shopper, a new item without counts scores like an item of popularity 0', () => {
    expect(scoreTerms(wider, [], NOW).base[12]).toBe(0)
  })

  test('the co-occurrence of a new item with a known item is the weighted mean over its neighbours, in both directions', () => {
    const column = FEATURE_COLUMN.cooccurrenceRecent
    const ties = (item: number) => {
      const history = [{ item, name: 'view_item', time: NOW - 1, session: 's' }] as const
      const { features } = scoreTerms(wider, history, NOW)
      return wider.itemIds.map((_, i) => Math.expm1(features[i * FEATURE_COUNT + column]))
    }
    const fromKnown = wider.itemIds.slice(0, 12).map((_, item) => ties(item))
    for (const row of fromKnown)
      expect(row[12]).toBeCloseTo(
        neighbours.reduce((sum, other, k) => sum + weights[k] * row[other], 0),
        5,
      )
    ties(12).forEach((tie, i) => {
      expect(tie).toBeCloseTo(
        neighbours.reduce((sum, other, k) => sum + weights[k] * fromKnown[other][i], 0),
        5,
      )
    })
  })
})

describe('neighbours', () => {
  test('a new item’s nearest neighbour is the item whose vector points the same way', () => {
    const same = { ...model, content: undefined }
    const vector = model.itemVectors.slice(4 * DIMENSION, 5 * DIMENSION)
    const content = model.content && {
      ...model.content,
      words: ['four'],
      wordVectors: vector.map((value) => 3 * value),
    }
    const four = extendModel({ ...same, content }, [{ id: 'x', title: 'Four' }])
    const neighbours = [...(four.statistics.coldStart?.neighbours ?? [])]
    const weights = [...(four.statistics.coldStart?.weights ?? [])]
    expect(neighbours[0]).toBe(4)
    expect(weights[0]).toBe(Math.max(...weights))
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5)
  })

  test('a new item without content vector has neighbours of its category, nearest in price first', () => {
    const category = Uint16Array.from(model.itemIds, (_, i) => 1 + (i % 3))
    const logPrice = Float32Array.from(model.itemIds, (_, i) => i / 10)
    const bare = {
      ...model,
      content: undefined,
      statistics: { ...model.statistics, category, logPrice },
    }
    const items = [
      { id: 'item 1', category: 'hats' },
      { id: 'new hat', category: 'hats', price: Math.exp(0.75) },
      { id: 'a riddle' },
    ]
    const { coldStart } = extendModel(bare, items).statistics
    expect([...(coldStart?.neighbours.slice(0, 4) ?? [])]).toEqual([7, 10, 4, 1])
    expect(coldStart?.weights.slice(0, 4).every((weight) => weight > 0)).toBe(true)
    // Nothing is known about the last item, so it has no neighbours.
    expect(coldStart?.weights.slice(12).every((weight) => weight === 0)).toBe(true)
  })
})
