import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { LOG_NAMES } from '../events/event.ts'
import { DAY } from '../time.ts'
import { computeFeatures, readHistory, writeFeatures } from './computeFeatures.ts'
import { FEATURE_COLUMN as C, FEATURE_COUNT, FEATURES } from './features.ts'
import type { History, Interaction } from './history.ts'
import { buildStatistics } from './statistics.ts'

const ITEMS = 12
const NOW = Date.UTC(2011, 5, 1)

const items: Item[] = Array.from({ length: ITEMS }, (_, i) => ({
  id: `i${i}`,
  price: i === 3 ? undefined : 1 + i,
  category: i % 3 === 0 ? undefined : `c${i % 3}`,
  brand: i < 9 ? undefined : 'b',
}))

const interaction: fc.Arbitrary<Interaction> = fc.record({
  item: fc.nat(ITEMS - 1),
  name: fc.constantFrom(...LOG_NAMES),
  time: fc.integer({ min: NOW - 400 * DAY, max: NOW }),
  session: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
})

const history: fc.Arbitrary<History> = fc
  .array(interaction, { maxLength: 40 })
  .map((entries) => entries.sort((a, b) => a.time - b.time))

const shopLog: fc.Arbitrary<History[]> = fc.array(history, { minLength: 1, maxLength: 6 })

function purchase(item: number, daysAgo: number, session: string): Interaction {
  return { item, name: 'purchase', time: NOW - daysAgo * DAY, session }
}

const log: History[] = [
  [purchase(0, 50, 'x'), purchase(1, 50, 'x'), purchase(0, 20, 'y'), purchase(2, 20, 'y')],
  [purchase(0, 40, 'z'), purchase(1, 40, 'z')],
  [purchase(4, 3, 'w')],
]
const statistics = buildStatistics(items, log, NOW)
const value = (features: Float32Array, item: number, name: keyof typeof C) =>
  features[item * FEATURE_COUNT + C[name]]

describe('computeFeatures', () => {
  it('features are finite for every history and every log', () => {
    fc.assert(
      fc.property(shopLog, history, (shoppers, own) => {
        const features = computeFeatures(buildStatistics(items, shoppers, NOW), own, NOW, null)
        expect(features).toHaveLength(ITEMS * FEATURE_COUNT)
        expect(features.every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('the interval between orders is finite even if one session begins before and ends after another session', () => {
    const own = [purchase(9, 380, 'a'), purchase(9, 379 - 1e-8, 'b'), purchase(2, 0, 'a')]
    const features = computeFeatures(buildStatistics(items, [[]], NOW), own, NOW, null)
    expect(features.every(Number.isFinite)).toBe(true)
    expect(value(features, 9, 'due')).toBeCloseTo(Math.exp(-(Math.log(380 / 2) ** 2)), 6)
  })

  it('items get the same features when computed alone as when computed with the whole catalog', () => {
    const few = fc.shuffledSubarray([...items.keys()])
    fc.assert(
      fc.property(history, few, (own, some) => {
        const scale = Float32Array.from(FEATURES, (_, f) => 1 + f / 4)
        const all = computeFeatures(statistics, own, NOW, scale)
        const out = new Float32Array(some.length * FEATURE_COUNT).fill(Number.NaN)
        writeFeatures(statistics, readHistory(statistics, own, NOW), scale, some, out)
        some.forEach((item, place) => {
          const row = (from: Float32Array, at: number) =>
            Array.from(from.subarray(at * FEATURE_COUNT, (at + 1) * FEATURE_COUNT))
          expect(row(out, place)).toEqual(row(all, item))
        })
      }),
      { numRuns: 100 },
    )
  })

  it('events later than `now` change no feature', () => {
    fc.assert(
      fc.property(history, fc.array(interaction, { maxLength: 10 }), (own, later) => {
        const future = later.map((entry) => ({ ...entry, time: NOW + 1 + (entry.time % DAY) }))
        const before = computeFeatures(statistics, own, NOW, null)
        expect(computeFeatures(statistics, [...own, ...future], NOW, null)).toEqual(before)
      }),
      { numRuns: 100 },
    )
  })

  it('features do not depend on the sequence of the items of one session', () => {
    const set = fc.uniqueArray(fc.nat(ITEMS - 1), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(history, set, fc.infiniteStream(fc.nat()), (own, bought, keys) => {
        const order = bought.map((item) => purchase(item, 0, 'today'))
        const shuffled = order
          .map((entry) => ({ entry, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ entry }) => entry)
        expect(computeFeatures(statistics, [...own, ...shuffled], NOW, null)).toEqual(
          computeFeatures(statistics, [...own, ...order], NOW, null),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('writeFeatures divides each feature by its scale and overwrites all of `out`', () => {
    const own = log[0]
    const raw = computeFeatures(statistics, own, NOW, null)
    const scale = Float32Array.from(FEATURES, (_, f) => 1 + f / 4)
    const out = new Float32Array(raw.length).fill(Number.NaN)
    const scaled = writeFeatures(statistics, readHistory(statistics, own, NOW), scale, null, out)
    expect(scaled).toBe(out)
    for (let at = 0; at < raw.length; at++)
      expect(scaled[at]).toBeCloseTo(raw[at] / scale[at % FEATURE_COUNT], 5)
  })

  it('with an empty history, only the features of popularity and catalog differ from 0', () => {
    const features = computeFeatures(statistics, [], NOW, null)
    FEATURES.forEach(({ group, name }, f) => {
      if (group === 'popularity' || group === 'catalog') return
      for (let i = 0; i < ITEMS; i++) expect(features[i * FEATURE_COUNT + f], name).toBe(0)
    })
  })

  it('an item counts once per order, even if the order has several lines with this item', () => {
    const own = [purchase(0, 20, 'a'), purchase(1, 20, 'a'), purchase(1, 10, 'b')]
    const features = computeFeatures(statistics, [...own, purchase(1, 10, 'b')], NOW, null)
    expect(value(features, 0, 'visitShare')).toBe(0.5)
    expect(value(features, 0, 'inLastOrder')).toBe(0)
    expect(value(features, 0, 'orderRecency')).toBe(0.5)
    expect(value(features, 1, 'orderCount')).toBeCloseTo(Math.log1p(2), 6)
    expect(value(features, 1, 'inLastOrder')).toBe(1)
    expect(value(features, 1, 'bought30')).toBeCloseTo(
      Math.log1p(2 ** (-10 / 30) + 2 ** (-20 / 30)),
      6,
    )
    expect(value(features, 2, 'boughtBefore')).toBe(0)
  })

  it('the feature `boughtPopularity` doesn’t depend on the number of shoppers', () => {
    const own = [purchase(0, 20, 'a'), purchase(2, 10, 'b')]
    const [some, twice] = [200, 400].map((copies) => {
      const shoppers = Array.from({ length: copies }, () => log).flat()
      return computeFeatures(buildStatistics(items, shoppers, NOW), own, NOW, null)
    })
    const popularity = (features: Float32Array, item: number) =>
      value(features, item, 'boughtPopularity')
    for (const item of [0, 2])
      expect(popularity(twice, item)).toBeCloseTo(popularity(some, item), 2)
    // In the last 30 days, a third of the shoppers bought each of three items, and nobody bought the other nine.
    expect(popularity(some, 0)).toBeCloseTo(Math.log(12 / 3), 1)
    expect(popularity(some, 1)).toBe(0)
  })

  it('one view changes the features of co-occurrence, category and price', () => {
    const view: Interaction = { item: 1, name: 'view_item', time: NOW - 1000, session: 'visit' }
    const features = computeFeatures(statistics, [view], NOW, null)
    expect(value(features, 0, 'cooccurrenceShare')).toBeGreaterThan(0)
    expect(value(features, 5, 'cooccurrenceShare')).toBe(0)
    expect(value(features, 4, 'categoryAffinity')).toBe(1)
    expect(value(features, 2, 'categoryAffinity')).toBe(0)
    expect(value(features, 1, 'priceCloseness')).toBe(1)
    expect(value(features, 1, 'interactions3')).toBeCloseTo(Math.log1p(1 / 3), 4)
    expect(value(features, 1, 'inLastVisit')).toBe(1)
    expect(value(features, 0, 'interactionShareEver')).toBe(0)
    expect(value(features, 1, 'boughtBefore')).toBe(0)
    // Item 4 has the category of item 1 and, like it, no brand; item 10 has that category and a brand.
    for (const name of ['peersRecent', 'peersLast'] as const)
      expect([1, 4, 10, 2].map((item) => value(features, item, name))).toEqual([1, 1, 0, 0])
  })

  it('a second view of an item in the same visit raises `looksLastVisit` and `looksEver`', () => {
    const view = (item: number, minutesAgo: number): Interaction => ({
      ...{ item, name: 'view_item', session: 'visit' },
      time: NOW - 60_000 * minutesAgo,
    })
    const once = computeFeatures(statistics, [view(1, 3), view(2, 1)], NOW, null)
    const twice = computeFeatures(statistics, [view(1, 3), view(1, 2), view(2, 1)], NOW, null)
    expect(value(once, 1, 'looksEver')).toBeCloseTo(Math.log(2), 6)
    expect(value(twice, 1, 'looksEver')).toBeCloseTo(Math.log(3), 6)
    expect(value(twice, 1, 'looksLastVisit')).toBeCloseTo(Math.log(3), 6)
    expect(value(twice, 1, 'visitShare')).toBe(value(once, 1, 'visitShare'))
    expect(value(twice, 1, 'interactionShareVisit')).toBeGreaterThan(
      value(once, 1, 'interactionShareVisit'),
    )
    const later = [view(1, 600), view(1, 599), { ...view(2, 1), session: 'later' }]
    const features = computeFeatures(statistics, later, NOW, null)
    expect(value(features, 1, 'looksLastVisit')).toBe(0)
    expect(value(features, 1, 'looksEver')).toBeCloseTo(Math.log(3), 6)
  })
})
