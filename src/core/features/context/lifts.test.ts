import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY } from '../../time.ts'
import type { History } from '../history.ts'
import { buildStatistics } from '../statistics.ts'
import { type ContextSource, NO_CONTEXT } from './context.ts'
import { computeContext, contextCandidates, contextFeature } from './contextFeatures.ts'
import { contextTables } from './lifts.ts'

const ITEMS = 6
/** Items 0 and 1 share a category, items 2 and 3 share another, and items 4 and 5 have none. */
const CATEGORY = Uint16Array.of(1, 1, 2, 2, 0, 0)
const START = Date.UTC(2024, 0, 1)
/** It rains on every third day. */
const contexts: ContextSource = {
  ...NO_CONTEXT,
  at: (time) => ({ weather: Math.floor((time - START) / DAY) % 3 === 0 ? 'rain' : 'sun' }),
}

function bought(items: readonly number[], day: number): History {
  const time = START + day * DAY + 1000
  return items.map((item) => ({ item, name: 'purchase', time, session: String(day) }))
}

/** Shoppers buy item 0 in the rain, item 2 in the sun and item 4 in any weather. */
const shoppers: History[] = Array.from({ length: 90 }, (_, s) =>
  bought([s % 3 === 0 ? 0 : 2, 4], s % 30),
)
const [table] = contextTables(['weather'], CATEGORY, shoppers, START + 100 * DAY, contexts)
const lift = (item: number, value: string) =>
  table.lifts[table.values.indexOf(value) * ITEMS + item]

test('rain raises the demand for the item that is bought in the rain, and for that item’s category, but for no other item', () => {
  expect(table.values).toEqual(['rain', 'sun'])
  expect(lift(0, 'rain')).toBeGreaterThan(0.5)
  expect(lift(0, 'sun')).toBeLessThan(-0.5)
  // Item 1 was never bought, but has the same category.
  expect(lift(1, 'rain')).toBeGreaterThan(0.3)
  expect(lift(2, 'rain')).toBeLessThan(-0.5)
  expect(lift(4, 'rain')).toBeCloseTo(0, 1)
  expect(lift(5, 'rain')).toBe(0)
})

test('only events before the time limit change a lift (effect of a context on demand)', () => {
  const until = START + 20 * DAY
  const later = [...shoppers, bought([1, 5], 20), bought([1, 5], 21)]
  const before = contextTables(['weather'], CATEGORY, shoppers, until, contexts)
  expect(contextTables(['weather'], CATEGORY, later, until, contexts)).toEqual(before)
})

test('an item’s lift (effect of a context on its demand) counts only the days since the item first appeared', () => {
  // Item 5 appeared on day 60, after the last rain.
  const dry: ContextSource = {
    ...NO_CONTEXT,
    at: (time) => ({ weather: time < START + 60 * DAY ? 'rain' : 'sun' }),
  }
  const log = Array.from({ length: 120 }, (_, s) => bought(s < 60 ? [4] : [4, 5], s))
  const [found] = contextTables(['weather'], CATEGORY, log, START + 200 * DAY, dry)
  expect(found.lifts[found.values.indexOf('rain') * ITEMS + 5]).toBeCloseTo(0, 6)
})

test('lifts (effects of contexts on demand) are finite for any log', () => {
  const entry = fc.record({
    item: fc.nat(ITEMS - 1),
    name: fc.constantFrom('purchase' as const, 'view_item' as const, 'search' as const),
    time: fc.integer({ min: START, max: START + 90 * DAY }),
    session: fc.constantFrom('a', 'b'),
  })
  const value = fc.constantFrom('', 'rain', 'sun')
  fc.assert(
    fc.property(fc.array(fc.array(entry)), fc.array(value, { minLength: 1 }), (logs, values) => {
      const any: ContextSource = {
        ...NO_CONTEXT,
        at: (time) => ({ weather: values[Math.floor(time / DAY) % values.length] }),
      }
      const [found] = contextTables(['weather'], CATEGORY, logs, START + 60 * DAY, any)
      expect(found.lifts.every(Number.isFinite)).toBe(true)
      expect(found.lifts).toHaveLength(found.values.length * ITEMS)
    }),
    { numRuns: 100 },
  )
})

test('context features are computed from the lifts, the history and the current discounts', () => {
  const items = Array.from({ length: ITEMS }, (_, i) => ({ id: `i${i}` }))
  const statistics = {
    ...buildStatistics(items, shoppers, START + 100 * DAY),
    context: [table],
  }
  const discounts = Float32Array.of(0, 0.5, 0, 0, 0.2, 0)
  const known: ContextSource = { ...contexts, discountsAt: () => discounts }
  const features = contextCandidates(['weather'])
  expect(features.map(({ name }) => name)).toEqual([
    'weatherLift',
    'weatherHabit',
    'weatherLiftTouched',
    'discount',
    'discountTouched',
  ])
  const rainy = START + 120 * DAY
  const own = [...bought([0], 90), ...bought([4], 91), ...bought([4], 92), ...bought([1], 121)]
  const [plain, habit, touched, offer, offerTouched] = computeContext(
    features,
    statistics,
    own,
    rainy,
    known,
  )
  expect([...plain]).toEqual([...table.lifts.subarray(0, ITEMS)])
  expect([...touched]).toEqual([plain[0], 0, 0, 0, plain[4], 0])
  expect(offer).toEqual(discounts)
  expect([...offerTouched]).toEqual([0, 0, 0, 0, discounts[4], 0])
  // Item 0 was bought in the rain before, item 4 only in the sun; item 1 will be bought tomorrow.
  expect(habit[0]).toBeGreaterThan(0)
  expect(habit[4]).toBeLessThan(0)
  expect(habit[1]).toBe(0)
  const silent = computeContext(features, statistics, own, rainy, NO_CONTEXT)
  expect(silent.every((column) => column.every((value) => value === 0))).toBe(true)
})

test('contextFeature finds each context feature by its name, and nothing by other names', () => {
  for (const feature of contextCandidates(['hour', 'pay_day']))
    expect(contextFeature(feature.name)).toEqual(feature)
  expect(contextFeature('constructor')).toBeUndefined()
  expect(contextFeature('HourLift')).toBeUndefined()
})
