import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY } from '../time.ts'
import type { History, Interaction } from './history.ts'
import { SEARCH_HALF_LIFE, SEARCH_LIFT, searchLifts } from './searches.ts'
import { buildStatistics } from './statistics.ts'

const NOW = Date.UTC(2011, 5, 1)
const ITEMS = 12
const items = Array.from({ length: ITEMS }, (_, i) => ({ id: `i${i}` }))
const bought = (item: number): Interaction => ({
  item,
  name: 'purchase',
  time: NOW - 40 * DAY,
  session: 'order',
})
/** Items 0 and 1 co-occur; no other pair does. */
const statistics = buildStatistics(items, [[bought(0), bought(1)]], NOW)
const tie = statistics.neighbourWeights[0]

function search(query: string, found: readonly number[], age = 0): History {
  const time = NOW - age * DAY
  return found.map((item) => ({ item, name: 'search', time, session: 's', query }))
}
const liftOf = (history: History, item: number) =>
  searchLifts(statistics, history, NOW).get(item)?.lift ?? 0

describe('search lifts', () => {
  test('a search that finds one item raises the item’s score by the full lift; if it finds n items, by 1/√n of the lift each', () => {
    expect(liftOf(search('a', [5]), 5)).toBe(SEARCH_LIFT)
    expect(liftOf(search('a', [2, 3, 4, 5]), 5)).toBe(SEARCH_LIFT / 2)
    expect(liftOf(search('a', [5]), 6)).toBe(0)
  })

  test('a search lifts items that co-occur with the found items by their mean co-occurrence', () => {
    expect(tie).toBeGreaterThan(0)
    expect(liftOf(search('a', [0]), 1)).toBeCloseTo(SEARCH_LIFT * tie, 5)
    expect(liftOf(search('a', [0, 5]), 1)).toBeCloseTo((SEARCH_LIFT * tie) / 2, 5)
  })

  test('a search for a price alone gives each product at that price the same lift, however many products it finds', () => {
    const lifts = [[0], [0, 2, 3, 4, 5]].map((found) => {
      const lifts = searchLifts(statistics, search('gifts under £1', found), NOW)
      expect([...lifts.keys()]).toEqual(found)
      return new Set([...lifts.values()].map(({ lift }) => lift))
    })
    expect(lifts[0]).toEqual(lifts[1])
    expect(lifts[0].size).toBe(1)
    expect(liftOf(search('card under £1', [5]), 5)).toBe(SEARCH_LIFT)
  })

  test('the lift of scores by a search halves every half-life; old and future searches lift nothing', () => {
    expect(liftOf(search('a', [5], SEARCH_HALF_LIFE), 5)).toBeCloseTo(SEARCH_LIFT / 2, 5)
    expect(liftOf(search('a', [5], 43), 5)).toBe(0)
    expect(liftOf(search('a', [5], -1), 5)).toBe(0)
  })

  test('a repeated search counts once, and an item’s lift names the search that lifts it most', () => {
    const again = [...search('a', [5], 7), ...search('a', [5], 0)]
    expect(searchLifts(statistics, again, NOW)).toEqual(
      searchLifts(statistics, search('a', [5]), NOW),
    )
    const both = [...search('narrow', [5], 1), ...search('broad', [3, 4, 5, 6])]
    const lifts = searchLifts(statistics, both, NOW)
    expect(lifts.get(5)).toMatchObject({ query: 'narrow' })
    expect(lifts.get(4)).toMatchObject({ query: 'broad' })
  })

  test('every lift is above 0 and at most twice SEARCH_LIFT, and a history without searches lifts nothing', () => {
    const searches = fc
      .array(
        fc.tuple(
          fc.constantFrom('a', 'b', 'c'),
          fc.uniqueArray(fc.nat(ITEMS - 1), { minLength: 1 }),
          fc.double({ min: 0, max: 60, noNaN: true }),
        ),
        { maxLength: 6 },
      )
      .map((asked) =>
        asked
          .flatMap(([query, found, age]) => search(query, found, age))
          .sort((a, b) => a.time - b.time),
      )
    fc.assert(
      fc.property(searches, (history) => {
        for (const { lift } of searchLifts(statistics, history, NOW).values()) {
          expect(lift).toBeGreaterThan(0)
          expect(lift).toBeLessThanOrEqual(2 * SEARCH_LIFT)
        }
      }),
    )
    expect(searchLifts(statistics, [bought(0)], NOW).size).toBe(0)
  })
})
