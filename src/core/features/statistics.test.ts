import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { DAY } from '../time.ts'
import type { History, Interaction } from './history.ts'
import { buildStatistics, refreshPopularity } from './statistics.ts'

const NOW = Date.UTC(2011, 5, 1)
const items: Item[] = Array.from({ length: 8 }, (_, i) => ({ id: `i${i}`, price: i + 1 }))

function purchase(item: number, daysAgo: number, session: string): Interaction {
  return { item, name: 'purchase', time: NOW - daysAgo * DAY, session }
}

const entry: fc.Arbitrary<Interaction> = fc
  .record({
    item: fc.nat(7),
    daysAgo: fc.integer({ min: -20, max: 200 }),
    session: fc.constantFrom('a', 'b', 'c'),
  })
  .map(({ item, daysAgo, session }) => purchase(item, daysAgo, session))
const history: fc.Arbitrary<History> = fc
  .array(entry, { maxLength: 15 })
  .map((entries) => entries.sort((a, b) => a.time - b.time))
const shoppers: fc.Arbitrary<History[]> = fc.array(history, { minLength: 1, maxLength: 5 })

describe('buildStatistics', () => {
  it('each item’s neighbours are sorted strongest first, without repeats and without the item itself', () => {
    fc.assert(
      fc.property(shoppers, (log) => {
        const statistics = buildStatistics(items, log, NOW)
        const M = statistics.neighboursPerItem
        for (let i = 0; i < items.length; i++) {
          const seen = new Set<number>()
          let previous = 1
          for (let k = i * M; k < (i + 1) * M; k++) {
            const weight = statistics.neighbourWeights[k]
            expect(weight).toBeLessThanOrEqual(previous)
            previous = weight
            if (weight === 0) {
              expect(statistics.neighbourItems[k]).toBe(i)
              continue
            }
            expect(statistics.neighbourItems[k]).not.toBe(i)
            expect(seen.has(statistics.neighbourItems[k])).toBe(false)
            seen.add(statistics.neighbourItems[k])
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  it('popularity reaches further back than 30 days if the last 30 days contain too few purchases', () => {
    const popular = (daysAgo: readonly number[]) => {
      const log = daysAgo.map((ago, k) => [purchase(0, ago, `${k}`), purchase(1, 2, `${k}`)])
      const others = Array.from({ length: 60 }, (_, k) => [purchase(2, 58.5, `other ${k}`)])
      const { popularity30 } = buildStatistics(items, [...log, ...others], NOW)
      return [...popularity30.subarray(0, 3)].map((value) => Math.round(Math.expm1(value)))
    }
    expect(popular([50])).toEqual([1, 1, 60])
    // The last 30 days contain enough purchases, so popularity counts no earlier purchases.
    expect(popular([50, 50, 50, 50, 50, 50])).toEqual([0, 6, 0])
  })

  it('events at or after `asOf` change no statistic', () => {
    fc.assert(
      fc.property(shoppers, (log) => {
        const past = log.map((history) => history.filter((one) => one.time < NOW))
        expect(buildStatistics(items, log, NOW)).toEqual(buildStatistics(items, past, NOW))
      }),
      { numRuns: 50 },
    )
  })

  it('popularity counts distinct shoppers per window, and a repeat is a return on another day', () => {
    const log = [
      [purchase(0, 40, 'a'), purchase(0, 5, 'b'), purchase(0, 5, 'c')],
      [purchase(0, 20, 'd'), purchase(0, 20.01, 'd')],
      [purchase(1, 3, 'e')],
    ]
    const statistics = buildStatistics(items, log, NOW)
    expect(Math.expm1(statistics.popularityAll[0])).toBeCloseTo(2, 5)
    expect(Math.expm1(statistics.popularity30[0])).toBeCloseTo(2, 5)
    expect(Math.expm1(statistics.popularity7[0])).toBeCloseTo(1, 5)
    expect(statistics.ageDays[0]).toBeCloseTo(40, 4)
    expect(statistics.ageDays[5]).toBe(0)
    expect(statistics.repeatRate[0]).toBeGreaterThan(statistics.repeatRate[1])
  })

  it('popularity counts views, carts and purchases, but not that an item was shown in a list', () => {
    const seen = (name: Interaction['name'], item: number): Interaction => ({
      item,
      name,
      time: NOW - 3 * DAY,
      session: 's',
    })
    const log = [
      [seen('view_item', 0), seen('purchase', 0), seen('view_item_list', 1)],
      [seen('add_to_cart', 0), seen('view_item', 2)],
    ]
    const { popularity7 } = buildStatistics(items, log, NOW)
    expect([0, 1, 2].map((item) => Math.round(Math.expm1(popularity7[item])))).toEqual([2, 0, 1])
  })

  it('a missing or invalid price becomes the median price', () => {
    const priced = [{ price: 1 }, { price: 9 }, { price: 4 }, {}, { price: 0 }, { price: -3 }]
    const catalog = priced.map((item, i) => ({ id: `p${i}`, ...item }))
    const { logPrice } = buildStatistics(catalog, [[]], NOW)
    for (const i of [3, 4, 5]) expect(logPrice[i]).toBeCloseTo(Math.log(4), 6)
  })

  it('items of one order co-occur, more strongly in small orders than in large ones', () => {
    const large = [3, 4, 5, 6, 7].map((item) => purchase(item, 9, 'large'))
    const statistics = buildStatistics(
      items,
      [[purchase(0, 9, 's'), purchase(1, 9, 's')], large],
      NOW,
    )
    const M = statistics.neighboursPerItem
    expect(statistics.neighbourItems[0]).toBe(1)
    expect(statistics.neighbourWeights[0]).toBeGreaterThan(statistics.neighbourWeights[3 * M])
    expect(statistics.neighbourWeights[3 * M]).toBeGreaterThan(0)
    expect(statistics.neighbourWeights[2 * M]).toBe(0)
  })

  it('refreshPopularity changes popularity and leaves the neighbour lists as they were', () => {
    const log = [[purchase(0, 40, 'a'), purchase(1, 40, 'a')], [purchase(0, 2, 'b')]]
    const old = buildStatistics(items, log, NOW - 10 * DAY)
    const fresh = refreshPopularity(old, log, NOW)
    expect(fresh.neighbourWeights).toBe(old.neighbourWeights)
    expect(fresh.popularity7[0]).toBeGreaterThan(old.popularity7[0])
  })
})
