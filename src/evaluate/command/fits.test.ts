import { expect, it } from 'vitest'
import { createJsEngine } from '../../engine/js.ts'
import { fitCatalogue } from '../../engine/softmax/catalogueFit.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { FIT_ARMS, FIT_METRICS, measureFits } from '../fits/fitArms.ts'
import { summariseFits } from '../fits/summariseFits.ts'
import { type EvaluationInput, prepareWalk, selectCases, tuneBaselines } from '../prepare.ts'
import { testModel, testShop, UNTIL } from '../testShop.ts'

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
const engine = createJsEngine()
const walk = prepareWalk(input, tuneBaselines(input), (problem) => engine.fit(problem))

it('has one result for candidates and catalogue where they are the same items', async () => {
  const cases = selectCases(input).flat().slice(0, 8)
  const results = await Promise.all(cases.map((one) => measureFits(walk, fitCatalogue, one)))
  const { arms, lifts } = summariseFits(results, 1)
  expect(arms.map(({ name }) => name)).toEqual(FIT_ARMS)
  const [base, , among, catalogue] = arms
  for (const metric of FIT_METRICS) expect(catalogue[metric]).toBeCloseTo(among[metric], 4)
  expect(among.nll).not.toBe(base.nll)
  expect(lifts.some(({ arm, over }) => arm === 'catalogue u' && over === 'candidates u')).toBe(true)
})
