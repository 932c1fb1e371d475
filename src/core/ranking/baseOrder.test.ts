import { expect, test } from 'vitest'
import { NO_CONTEXT } from '../features/context/context.ts'
import { CONTEXT_CODE, contextFeature } from '../features/context/contextFeatures.ts'
import { tinyModel } from '../model/testModel.ts'
import { BaseOrder } from './baseOrder.ts'
import { ShownItems } from './candidateSource.ts'

const tiny = tinyModel(5)
const popularity30 = Float32Array.of(1, 3, 9, 3, 2)
const model = { ...tiny, statistics: { ...tiny.statistics, popularity30 } }

test('base order sorts the shown items best first, and items of equal score as in the catalog', () => {
  const order = new BaseOrder(model, [4, 3, 1, 0])
  expect(order.rows).toEqual([3, 1, 4, 0])
  expect([...order.ranks]).toEqual([4, 2, 0, 1, 3])
  expect(order.sorted([4, 0, 1])).toEqual([1, 4, 0])
  expect(order.sorted([4, 3, 1, 0])).toBe(order.rows)
})

test('BaseOrder.find returns the rows with the highest base scores that a list may contain, ascending', () => {
  const order = new BaseOrder(model, new ShownItems(model, null).rows)
  const choose = (excludeIds: readonly string[], among?: ReadonlySet<string>) =>
    new ShownItems(model, null).choose({ excludeIds, ...(among && { among }) })
  expect(order.find(2, choose([]))).toEqual([1, 2])
  // Two items of the first four are excluded.
  expect(order.find(2, choose(['item 2', 'item 3']))).toEqual([1, 4])
  expect(order.find(9, choose(['item 2']))).toEqual([0, 1, 3, 4])
  expect(order.find(1, choose([], new Set(['item 0', 'item 4'])))).toEqual([0, 4])
})

test('base order is sorted again only after the scores have changed', () => {
  const discountsAt = (time: number) => Float32Array.of(time < 2 ? 0 : 5, 0, 0, 0, 0)
  const context = {
    terms: [{ feature: contextFeature('discount')!, weight: 1 }],
    code: CONTEXT_CODE,
    contexts: { ...NO_CONTEXT, discountsAt },
  }
  const order = new BaseOrder({ ...model, context }, [0, 1, 2, 3, 4])
  const { rows } = order
  expect(order.ranks[0]).toBe(5)
  order.moveTo(1)
  expect(order.rows).toBe(rows)
  order.moveTo(2)
  expect(order.rows).toEqual([2, 0, 1, 3, 4])
  expect(order.ranks[0]).toBe(2)
})
