import { expect, it } from 'vitest'
import { type EvaluationInput, selectCases } from '../../src/evaluate/cases.ts'
import { prepareWalk, tuneBaselines } from '../../src/evaluate/prepare.ts'
import { testModel, testShop, UNTIL } from '../../src/evaluate/testShop.ts'
import { isHeldOut } from '../../src/train/holdout.ts'
import { scoreParts } from './experiment.ts'

it('splits the base into an encoder and features that add up to it', () => {
  const shop = testShop()
  const input: EvaluationInput = {
    model: testModel(shop),
    shoppers: shop.shoppers,
    dayOnly: false,
    isHeldOut: (id) => isHeldOut(id, 0.5, 1),
    until: UNTIL,
    protocol: 'leave-one-out',
    popularity: 'nightly',
    seed: 1,
  }
  const walk = prepareWalk(input, tuneBaselines(input), null)
  for (const one of selectCases(input).flat().slice(0, 5)) {
    const scores = scoreParts(walk, one)
    scores['base-fresh'].forEach((base, i) => {
      expect(scores.encoder[i] + scores.features[i]).toBeCloseTo(base, 4)
    })
  }
})
