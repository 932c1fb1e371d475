import { testModel, testShop } from '@nearside/evaluate/testShop.ts'
import { expect, test } from 'vitest'
import { buildTrial, describing, outcomesOf, type Trial } from './trial.ts'

const shop = testShop(40, 700)
const model = testModel(shop)
const trialsOf = (most?: number) =>
  shop.shoppers.flatMap(
    (log) => buildTrial(log, 2, false, () => describing(model)(model.statistics), most) ?? [],
  )

test('a trial (a test on a shopper’s next case) with only the best items has nearly the same result as with the whole catalog', () => {
  const [whole, best] = [trialsOf(700), trialsOf()]
  expect(best.length).toBeGreaterThan(20)
  const parameters = new Float32Array(model.prior.mean.length).fill(0.1)
  const outcomes = (trial: Trial) => outcomesOf(model, trial, model.prior, parameters, [0, 0.5])
  let shifted = 0
  best.forEach((trial, k) => {
    expect(trial.terms.base.length).toBeGreaterThanOrEqual(256)
    expect(trial.terms.base.length).toBeLessThan(270)
    expect(trial.baseNdcg).toBeCloseTo(whole[k].baseNdcg, 6)
    expect(trial.baseNll).toBeCloseTo(whole[k].baseNll, 4)
    const [still, moved] = outcomes(trial)
    const [wholeStill, wholeMoved] = outcomes(whole[k])
    expect(still.ndcg).toBeCloseTo(wholeStill.ndcg, 6)
    expect(still.nll).toBeCloseTo(wholeStill.nll, 4)
    // In a trial, items outside the best keep their base score. Here these are half of all items, with similar scores,
    // so the likelihood differs a little.
    expect(Math.abs(moved.nll - wholeMoved.nll)).toBeLessThan(0.1)
    if (Math.abs(moved.nll - still.nll) > 0.01) shifted++
  })
  expect(shifted).toBeGreaterThan(10)
})
