import { tinyModel, tinyTrees } from '@nearside/core/model/testModel.ts'
import { expect, test } from 'vitest'
import { describeBase } from './describeBase.ts'

test('describeBase describes the features of a base model, and how a device learns with it', () => {
  const model = tinyModel()
  const prior = { ...model.prior, fusionWeight: 0.25, halfLifeDays: 180 }
  const variance = new Float32Array(prior.variance.length)
  variance[70] = 1
  expect(describeBase({ ...model, trees: tinyTrees(), prior: { ...prior, variance } })).toMatch(
    /^the base model has \d+ trees and no context; a device learns 1 parameter, λ 0.25, half-life 180 days, purchase : cart : view 3 : 2 : 1 by rule$/,
  )
  const eventWeights = { purchase: 3, cart: 3 * (2 / 3) ** 2, view: 1 / 3 }
  expect(describeBase({ ...model, prior: { ...prior, variance, eventWeights } })).toMatch(
    /^the base model has no trees .*purchase : cart : view 3 : 1.3 : 0.33 as learned$/,
  )
  expect(describeBase({ ...model, prior: { ...prior, fusionWeight: 0 } })).toMatch(
    /its prior switches learning on the device off \(λ 0\)$/,
  )
})
