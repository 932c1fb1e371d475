import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { addScores } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { purchase, START } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { trainRanker } from './trainRanker.ts'

const CATEGORIES = 10

it('popular items rank first in a shopper’s category if nothing else is known', () => {
  const random = createRandom(5)
  const items = Array.from({ length: 900 }, (_, i) => ({
    id: `item${i}`,
    category: `kind${i % CATEGORIES}`,
  }))
  // The first items of a category are bought most often, but most purchases are of other items.
  const draw = (category: number) => Math.floor(90 * random.next() ** 1.6) * CATEGORIES + category
  const shoppers = Array.from({ length: 100 }, (_, s) => ({
    id: `shopper${s}`,
    interactions: Array.from({ length: 6 }, (_, order) => {
      const time = START + Math.floor((order + random.next()) * 20) * DAY
      return Array.from({ length: 6 }, () => purchase(draw(s % CATEGORIES), time, `${s}-${order}`))
    }).flat(),
  }))
  const until = START + 120 * DAY
  const { weights, scale } = trainRanker({ items, shoppers, dayOnly: false }, { until, seed: 1 })

  const histories = shoppers.map(({ interactions }) => interactions)
  const statistics = buildStatistics(items, histories, until)
  const held = [purchase(0, until - DAY, 'only order')]
  const scores = new Float32Array(items.length)
  const perRaw = weights.map((weight, f) => weight / scale[f])
  addScores(scores, computeFeatures(statistics, held, until, null), perRaw)
  const ofCategory = Array.from(scores).filter((_, i) => i % CATEGORIES === 0)
  const mean = (from: number, to: number) =>
    ofCategory.slice(from, to).reduce((sum, score) => sum + score, 0) / (to - from)
  // The items 1 to 9 are bought about two and a half times as often as the items 30 to 89.
  expect(mean(1, 10) - mean(30, 90)).toBeGreaterThan(0.25)
})
