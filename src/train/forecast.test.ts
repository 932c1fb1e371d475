import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { DAY } from '@nearside/core/time.ts'
import { observedMean } from '@nearside/evaluate/bootstrap.ts'
import { casesOf } from '@nearside/evaluate/cases.ts'
import { prepareWalk } from '@nearside/evaluate/prepare.ts'
import { Rows } from '@nearside/evaluate/rows.ts'
import { testInput, testModel, testShop, UNTIL } from '@nearside/evaluate/testShop.ts'
import { walkShopper } from '@nearside/evaluate/walk.ts'
import { expect, it } from 'vitest'
import { forecast } from './forecast.ts'

const HOUR = 3_600_000
const shop = testShop()
const model = testModel(shop)

/** Shoppers who, an hour before each order, view its first product twice. */
const shoppers: readonly ShopperHistory[] = shop.shoppers
  .slice(0, 20)
  .map(({ id, interactions }) => ({
    id,
    interactions: interactions
      .flatMap((one, k) =>
        interactions[k - 1]?.time === one.time
          ? [one]
          : [
              { ...one, name: 'view_item' as const, time: one.time - HOUR },
              { ...one, name: 'view_item' as const, time: one.time - HOUR + 30_000 },
              one,
            ],
      )
      .sort((a, b) => a.time - b.time),
  }))
const statistics = { at: () => model.statistics, compareCases: () => 0 }
const forecastOf = (of: readonly ShopperHistory[], installed = UNTIL) =>
  forecast(model, { shoppers: of, dayOnly: false, statistics, from: UNTIL, installed })

it('the forecast equals what `evaluate` measures for the base model if devices know no events from before the installation', async () => {
  const input = testInput(shop, { kinds: { purchases: true, others: true } })
  const walk = {
    ...prepareWalk(input, null, null),
    store: 'install' as const,
    statisticsAt: () => model.statistics,
  }
  const rows = Rows.join(
    await Promise.all(shoppers.map((one) => walkShopper(walk, casesOf(input, one, UNTIL)))),
  )
  const found = forecastOf(shoppers)
  const metrics = ['ndcg@10', 'hitRate@10', 'ndcg@10:new'] as const
  for (const metric of metrics)
    expect(found[metric]).toBeCloseTo(observedMean(rows.means({ arm: 'base-fresh', metric })), 6)
  expect(found.validationCases).toBe(rows.cases.length)
  expect(found.validationShoppers).toBe(rows.byShopper.length)
  expect(found['ndcg@10']).not.toBeCloseTo(forecastOf(shoppers, 0)['ndcg@10'], 3)
})

it('the forecast includes first visits, and each shopper has the same weight, however many cases they have', () => {
  const first = {
    id: 'first',
    interactions: [{ ...shoppers[0].interactions[0], time: UNTIL + DAY }],
  }
  const many = {
    id: 'many',
    interactions: Array.from({ length: 300 }, (_, k) => ({
      ...{ item: k % 30, name: 'view_item' as const, session: 'visit' },
      time: UNTIL + k * 60_000,
    })),
  }
  const [one, other] = [first, many].map((shopper) => forecastOf([shopper]))
  expect([one.validationCases, other.validationCases]).toEqual([1, 100])
  const both = forecastOf([first, many])
  // Each call draws different cases of the shopper `many`, so the means agree only to one decimal place.
  expect(both['ndcg@10']).toBeCloseTo((one['ndcg@10'] + other['ndcg@10']) / 2, 1)
  expect(forecastOf([])).toMatchObject({ validationShoppers: 0, 'ndcg@10': 0 })
})
