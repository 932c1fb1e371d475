import type { Interaction } from '@nearside/core/features/history.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { expect, test } from 'vitest'

import { sampleTable, trainRanker } from '../ranker/trainRanker.ts'
import { contextKindsOf, contextOf } from '../shop/context.ts'
import { PriceCollector } from '../shop/prices.ts'
import type { Shop } from '../shop/shop.ts'
import { learnContext } from './learnContext.ts'

const START = Date.parse('2024-01-01')
const ITEMS = 40
const DAYS = 100
const ON_OFFER = 3

/**
 * Three random items at a time are discounted by a third for five days. If `matter` is true, shoppers buy items because
 * of these discounts.
 */
function offerShop(matter: boolean): Shop {
  const random = createRandom(11)
  const offers = Array.from({ length: DAYS / 5 }, () =>
    Array.from({ length: ON_OFFER }, () => random.integer(ITEMS)),
  )
  const offered = (day: number) => offers[Math.floor(day / 5)]
  const prices = new PriceCollector()
  for (let day = 0; day < DAYS; day++)
    for (let item = 0; item < ITEMS; item++)
      prices.add(item, START + day * DAY, (offered(day).includes(item) ? 2 / 3 : 1) * (5 + item))
  const shoppers = Array.from({ length: 80 }, (_, s) => {
    const interactions: Interaction[] = []
    for (let day = random.integer(20); day < DAYS; day += 6 + random.integer(12)) {
      const items = [random.integer(ITEMS), random.integer(ITEMS)]
      // The feature counts a discount from the day after the price fell, so shoppers react from the second day on.
      if (day % 5 > 0)
        items.push(matter ? offered(day)[random.integer(ON_OFFER)] : random.integer(ITEMS))
      const time = START + day * DAY + 43_200_000
      for (const item of new Set(items))
        interactions.push({ item, name: 'purchase', time, session: `${s}-${day}` })
    }
    return { id: `shopper ${s}`, interactions }
  })
  return {
    name: 'offers',
    items: Array.from({ length: ITEMS }, (_, i) => ({ id: `i${i}`, price: 5 + i })),
    shoppers,
    from: START,
    to: START + DAYS * DAY,
    dayOnly: false,
    prices: prices.log(),
  }
}

test.each([
  [true, 'if discounts drive purchases, the discount gets a weight'],
  [false, 'discounts without an effect on purchases are dropped'],
])('%s: %s', (matter) => {
  const shop = offerShop(matter)
  const context = { kinds: contextKindsOf(shop), contexts: contextOf(shop) }
  const data = { items: shop.items, shoppers: shop.shoppers, dayOnly: false, context }
  const options = { until: shop.to, seed: 1 }
  const { alone, scale } = trainRanker(data, options)
  const base = { featureWeights: alone.weights, featureScale: scale }
  const { terms, records, outcomes } = learnContext(data, base, () => sampleTable(data, options))
  const discount = terms.find(({ feature }) => feature.name === 'discount')
  const price = outcomes.find(({ kind }) => kind === 'price')
  expect(price?.kept).toBe(matter)
  expect(records.find(({ name }) => name === 'discount')?.kept).toBe(matter)
  if (matter) expect(discount?.weight).toBeGreaterThan(1)
  else expect(discount).toBeUndefined()
})
