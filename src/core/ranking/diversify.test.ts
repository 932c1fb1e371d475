import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diversify } from './selectPlaces.ts'

/** Category ('' for none) and score of each candidate, best first. */
const shops = fc
  .array(
    fc.tuple(fc.constantFrom('', 'a', 'b', 'c'), fc.double({ min: -9, max: 9, noNaN: true })),
    {
      maxLength: 60,
    },
  )
  .map((all) => all.sort(([, a], [, b]) => b - a))
type Shop = readonly (readonly [category: string, score: number])[]

const list = (all: Shop, count: number, taken: readonly string[] = []) =>
  diversify(
    [...all.keys()],
    count,
    (at) => all[at][1],
    (at) => ({ id: `${at}`, ...(all[at][0] !== '' && { category: all[at][0] }) }),
    taken.map((category) => ({ id: category, category })),
  )

const counts = fc.integer({ min: 0, max: 70 })

test('a list with varied categories has its full length, has no repeats, and is sorted best first within each category', () => {
  fc.assert(
    fc.property(shops, counts, (all, count) => {
      const chosen = list(all, count)
      expect(chosen).toHaveLength(Math.min(count, all.length))
      expect(new Set(chosen).size).toBe(chosen.length)
      for (const category of ['', 'a', 'b', 'c']) {
        const own = chosen.filter((at) => all[at][0] === category)
        const best = [...all.keys()].filter((at) => all[at][0] === category)
        expect(own).toEqual(best.slice(0, own.length))
      }
    }),
  )
})

test('the best item stays first, and a list with a greater limit begins with the items of the smaller list', () => {
  fc.assert(
    fc.property(shops, counts, (all, count) => {
      const chosen = list(all, count)
      if (chosen.length > 0) expect(chosen[0]).toBe(0)
      expect(list(all, 70).slice(0, count)).toEqual(chosen)
      const alone = all.map(([, score]) => ['a', score] as const)
      expect(list(alone, count)).toEqual([...alone.keys()].slice(0, count))
    }),
  )
})

test('each place goes to the item whose score is highest after a deduction for earlier items of its category', () => {
  fc.assert(
    fc.property(shops, counts, (all, count) => {
      const chosen = list(all, count)
      const cost = (category: string, place: number) => {
        const held = chosen.slice(0, place).filter((at) => all[at][0] === category).length
        return category === '' ? 0 : Math.min(2.5, 0.25 * Math.max(0, held - 1))
      }
      for (const [place, at] of chosen.entries()) {
        const worth = all[at][1] - cost(all[at][0], place)
        for (const [other, [category, score]] of all.entries())
          if (!chosen.slice(0, place + 1).includes(other))
            expect(score - cost(category, place)).toBeLessThanOrEqual(worth)
      }
    }),
  )
})

test('a list of twelve items of one category becomes a mix, and pinned items count towards their category', () => {
  const all: Shop = [
    ...Array.from({ length: 20 }, (_, at) => ['a', 3 - at / 20] as const),
    ...Array.from({ length: 20 }, (_, at) => ['b', 1.9 - at / 20] as const),
  ]
  const ofA = (chosen: readonly number[]) => chosen.filter((at) => at < 20).length
  expect(ofA(list(all, 12))).toBe(8)
  expect(ofA(list(all, 12, ['a', 'a']))).toBe(7)
})

test('far down a long list, an item is no longer moved because of its category', () => {
  const all: Shop = [
    ...Array.from({ length: 40 }, (_, at) => ['a', 9 - at / 20] as const),
    ...Array.from({ length: 40 }, (_, at) => ['b', 4 - at / 20] as const),
  ]
  expect(list(all, 40)).toEqual([...all.keys()].slice(0, 40))
})
