import { expect, test } from 'vitest'
import { CONTEXT_CODE, contextFeature } from '../features/context/contextFeatures.ts'
import type { History } from '../features/history.ts'
import type { BaseModel } from '../model/baseModel.ts'
import { encode } from '../model/encoder.ts'
import { tinyModel } from '../model/testModel.ts'
import { DAY } from '../time.ts'
import { amongAll, createCandidates } from './candidates.ts'

const ITEMS = 600
const NOW = Date.UTC(2024, 1, 1)

/** In the rain, the last hundred items have the highest demand. */
function contextModel(weather: string): BaseModel {
  const model = tinyModel(ITEMS)
  const lifts = Float32Array.from({ length: ITEMS }, (_, item) => (item >= ITEMS - 100 ? 9 : 0))
  return {
    ...model,
    statistics: { ...model.statistics, context: [{ kind: 'weather', values: ['rain'], lifts }] },
    context: {
      terms: [{ feature: contextFeature('weatherLift')!, weight: 1 }],
      code: CONTEXT_CODE,
      contexts: { at: () => ({ weather }), discountsAt: () => null },
    },
  }
}

test('createCandidates finds the items whose demand the current context raises', () => {
  const history: History = [
    { item: 3, name: 'purchase', time: NOW - 9 * DAY, session: 'a' },
    { item: 5, name: 'view_item', time: NOW - DAY, session: 'b' },
  ]
  const [rain, snow] = ['rain', 'snow'].map((weather) => {
    const model = contextModel(weather)
    const found = createCandidates(model)(history, NOW)
    expect(found).toEqual(amongAll(model, history, NOW, encode(model, history, NOW)))
    return found.items.filter((item) => item >= ITEMS - 100).length
  })
  expect(rain).toBe(64)
  expect(snow).toBeLessThan(64)
})
