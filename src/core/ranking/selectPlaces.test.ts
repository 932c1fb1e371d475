import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { ranksInGroups, selectPlaces } from './selectPlaces.ts'

/** `groupId` of the item at each place, '' for none. */
const families = fc.array(fc.constantFrom('', 'a', 'b', 'c'), { maxLength: 60 })
const itemOf = (all: readonly string[]) => (place: number) => ({
  id: `${place}`,
  groupId: all[place],
})
const bestOf = (all: readonly string[]) => (count: number) => [...all.slice(0, count).keys()]

test('a third variant of a product stands behind the items of all other products', () => {
  fc.assert(
    fc.property(families, fc.double({ min: 0, max: 70, noNaN: true }), (all, limit) => {
      const list = selectPlaces(bestOf(all), { limit }, itemOf(all))
      expect(list).toHaveLength(Math.min(Math.floor(limit), all.length))
      expect(new Set(list).size).toBe(list.length)
      const earlier = (place: number) =>
        all.slice(0, place).filter((family) => family !== '' && family === all[place]).length
      const others = [...all.keys()].filter((place) => earlier(place) < 2)
      const chosen = others.slice(0, list.length)
      expect(list.slice(0, chosen.length)).toEqual(chosen)
      const rest = list.slice(chosen.length)
      expect(rest).toEqual([...rest].sort((a, b) => a - b))
    }),
  )
})

test('selectPlaces requests more candidates only while the list isn’t full', () => {
  const asked: number[] = []
  const best = (count: number) => {
    asked.push(count)
    return Array.from({ length: count }, (_, place) => place)
  }
  const oneFamilyFirst = (place: number) => (place < 30 ? { id: '', groupId: 'bag' } : undefined)
  expect(selectPlaces(best, { limit: 5 }, () => undefined)).toEqual([0, 1, 2, 3, 4])
  expect(asked).toEqual([10])
  expect(selectPlaces(best, { limit: 5 }, oneFamilyFirst)).toEqual([0, 1, 30, 31, 32])
  expect(asked).toEqual([10, 10, 20, 40])
  expect(selectPlaces(best, { limit: 0 }, oneFamilyFirst)).toEqual([])
  // With `diversify: false`, a list can contain any number of variants of a product.
  expect(selectPlaces(best, { limit: 5, diversify: false }, oneFamilyFirst)).toEqual([
    0, 1, 2, 3, 4,
  ])
  const whole = { limit: Number.POSITIVE_INFINITY, perFamily: Number.POSITIVE_INFINITY }
  expect(selectPlaces(bestOf(['a', 'a', 'a', 'b']), whole, itemOf(['a', 'a', 'a', 'b']))).toEqual([
    0, 1, 2, 3,
  ])
})

test('ranksInGroups gives listed items their rank in the list, and ranks surplus variants of a product after the list', () => {
  fc.assert(
    fc.property(families, fc.integer({ min: 1, max: 70 }), (all, limit) => {
      const list = selectPlaces(bestOf(all), { limit }, itemOf(all))
      const ranks = ranksInGroups([...all.keys()], { limit }, itemOf(all))
      expect(list.map((place) => ranks[place])).toEqual(list.map((_, at) => at + 1))
      // Surplus variants of a product come after all other items. So a list with a surplus variant has all other items.
      const roomForAll = list.some((place, at) => place < (list[at - 1] ?? 0))
      for (const [place, rank] of ranks.entries()) {
        if (list.includes(place)) continue
        if (roomForAll) expect(rank).toBeGreaterThan(list.length)
        else expect(rank).toBeLessThanOrEqual(place + 1)
      }
    }),
  )
})

test('an item that one limit leaves out doesn’t count towards another limit', () => {
  const items = [
    { id: 'a', brand: 'x', category: 'm' },
    { id: 'b', brand: 'x', category: 'n' },
    { id: 'c', brand: 'y', category: 'n' },
    { id: 'd', brand: 'y', category: 'm' },
    { id: 'e', brand: 'z', category: 'm' },
    { id: 'f' },
  ]
  const limits = [
    { per: 'brand', most: 1 },
    { per: 'category', most: 1 },
  ] as const
  const list = (limit: number, taken: readonly Item[] = []) =>
    selectPlaces(bestOf(items.map(({ id }) => id)), { limit, limits, taken }, (at) => items[at])
      .map((at) => items[at].id)
      .join('')
  expect(list(3)).toBe('acf')
  expect(list(5)).toBe('acfbd')
  expect(list(2, [{ id: 'p', brand: 'x' }])).toBe('ce')
})
