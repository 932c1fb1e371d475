import { EVENT_WEIGHTS } from '@nearside/core/events/strength.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { testModel, testShop, UNTIL } from '@nearside/evaluate/testShop.ts'
import { describe, expect, it } from 'vitest'
import { learnPrior } from './learnPrior.ts'
import { EVENT_WEIGHTINGS } from './trial.ts'

const engine = createJsEngine()

describe('learnPrior', () => {
  it('learnPrior learns a valid prior from a small shop, and the same prior for the same seed', async () => {
    const shop = testShop(60, 30)
    const model = testModel(shop)
    const options = { until: UNTIL, seed: 3, engine, maxShoppers: 12 }
    const learned = await learnPrior(model, shop, options)
    const { prior } = learned
    expect(prior.mean).toHaveLength(DIMENSION + model.featureWeights.length)
    expect(prior.variance.every((v) => Number.isFinite(v) && v >= 0)).toBe(true)
    expect(prior.fusionWeight).toBeGreaterThanOrEqual(0)
    expect(prior.fusionWeight).toBeLessThanOrEqual(1)
    expect(learned.reason).toMatch(prior.fusionWeight === 0 ? /λ = 0/ : /next case/)
    // Devices don't learn a feature that the ranker dropped.
    model.featureWeights.forEach((weight, f) => {
      if (weight === 0) expect(prior.variance[DIMENSION + f]).toBe(0)
    })
    expect((await learnPrior(model, shop, options)).prior).toEqual(prior)
  })

  it('learnPrior tries event weights only if the log has several kinds of event', async () => {
    const shop = testShop(60, 30, 2)
    const looked = shop.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions.map((entry, k) =>
        k % 3 === 0 ? { ...entry, name: 'view_item' as const, time: entry.time - 1000 } : entry,
      ),
    }))
    const options = { until: UNTIL, seed: 3, engine, maxShoppers: 12 }
    const weightsTried = async (shoppers: readonly ShopperHistory[]) => {
      const log = { ...shop, shoppers }
      const { judgements, prior } = await learnPrior(testModel(log), log, options)
      if (prior.eventWeights) expect(EVENT_WEIGHTINGS).toContain(prior.eventWeights)
      return new Set(judgements.map(({ recipe }) => recipe.eventWeights))
    }
    expect(await weightsTried(shop.shoppers)).toEqual(new Set([EVENT_WEIGHTS]))
    expect(await weightsTried(looked)).toEqual(new Set(EVENT_WEIGHTINGS))
  })

  it('learnPrior uses only shoppers whose next case was not in the encoder’s training data', async () => {
    const shop = testShop(60, 30)
    const ids = shop.shoppers.map(({ id }) => id)
    const learnFrom = (unseen: readonly string[]) => {
      const eligible = (id: string) => unseen.includes(id)
      const asked = { until: UNTIL, seed: 3, engine, maxShoppers: 12, eligible }
      return learnPrior(testModel(shop), shop, asked)
    }
    expect((await learnFrom(ids.slice(0, 8))).reason).toContain('too few')
    const { metrics } = await learnFrom(ids.slice(0, 50))
    expect(metrics['prior.cases']).toBeGreaterThan(0)
  })

  it('learnPrior learns nothing from too few shoppers, and gives the reason', async () => {
    const shop = testShop(8, 30)
    const learned = await learnPrior(testModel(shop), shop, { until: UNTIL, seed: 1, engine })
    expect(learned.prior.fusionWeight).toBe(0)
    expect(learned.reason).toContain('too few')
  })
})
