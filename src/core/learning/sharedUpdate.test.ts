import { testModel, testShop, UNTIL } from '@nearside/evaluate/testShop.ts'
import { describe, expect, it } from 'vitest'
import { NearsideError } from '../error.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import { DIMENSION } from '../model/baseModel.ts'
import { DAY } from '../time.ts'
import { fitProblemOf } from './fitProblem.ts'
import { casesFromHistory } from './learningCases.ts'
import { applySharedDelta, SHARED_LENGTH, sharedDelta } from './sharedUpdate.ts'
import { lossAndGradient } from './testLogit.ts'

// There are so few items that all of them are candidates before and after `applySharedDelta`.
const shop = testShop(12, 60)
const model = testModel(shop)
const now = UNTIL + 50 * DAY

describe('sharedDelta', () => {
  it('the contribution to the shared model has the same length for every shopper, and is all zeros for an empty history', () => {
    for (const { interactions } of shop.shoppers)
      expect(sharedDelta(model, interactions, now)).toHaveLength(SHARED_LENGTH)
    const nothing = sharedDelta(model, [], now)
    expect(nothing).toEqual(new Float32Array(FEATURE_COUNT))
  })

  it('the contribution to the shared model is the mean negative gradient of the shopper’s cases with respect to the feature weights w', () => {
    for (const { interactions } of shop.shoppers) {
      const problem = fitProblemOf(model, casesFromHistory(interactions), now)
      if (!problem) continue
      const { parameters, weight } = problem
      const gradient = new Float64Array(parameters)
      lossAndGradient(problem, new Float32Array(parameters), gradient)
      const total = weight.reduce((sum, one) => sum + one, 0)
      const wanted = Float32Array.from(gradient.subarray(DIMENSION), (slope) => -slope / total)
      sharedDelta(model, interactions, now).forEach((value, f) => {
        expect(value).toBeCloseTo(wanted[f], 6)
      })
    }
  })

  it('a step along a contribution lowers the loss of the shopper’s own cases', () => {
    for (const { interactions } of shop.shoppers) {
      const delta = sharedDelta(model, interactions, now)
      const featureWeights = applySharedDelta(model.featureWeights, delta, 0.1)
      const cases = casesFromHistory(interactions)
      const lossOf = (changed: typeof model) => {
        const problem = fitProblemOf(changed, cases, now)
        if (!problem) return 0
        const zero = new Float32Array(problem.parameters)
        return lossAndGradient(problem, zero, new Float64Array(problem.parameters))
      }
      expect(lossOf({ ...model, featureWeights })).toBeLessThan(lossOf(model))
    }
  })
})

describe('applySharedDelta', () => {
  it('applySharedDelta adds the mean contribution times the learning rate to the feature weights', () => {
    const delta = Float32Array.from({ length: SHARED_LENGTH }, (_, f) => f + 1)
    const before = model.featureWeights.slice()
    const next = applySharedDelta(model.featureWeights, delta, 0.5)
    expect(model.featureWeights).toEqual(before)
    for (const [f, weight] of next.entries())
      expect(weight).toBeCloseTo(before[f] + 0.5 * (f + 1), 4)
  })

  it('applySharedDelta refuses a contribution of the wrong length', () => {
    const short = new Float32Array(3)
    expect(() => applySharedDelta(model.featureWeights, short, 1)).toThrow(NearsideError)
  })
})
