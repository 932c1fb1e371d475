import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Recommendation } from '../index.ts'
import { cameFrom, movementsOf, wentTo } from './movement.ts'

const list = (ids: readonly string[], ranks: ReadonlyMap<string, number>): Recommendation[] =>
  ids.map((id, index) => ({
    id,
    score: -index,
    rank: index + 1,
    baseRank: ranks.get(id) ?? 999,
    reason: { kind: 'popular' },
  }))

function compare(base: readonly string[], personal: readonly string[], shown: number) {
  const ranks = new Map(base.map((id, index) => [id, index + 1]))
  return movementsOf(list(base, ranks), list(personal, ranks), shown)
}

test('between two equal lists no product moves', () => {
  const ids = ['a', 'b', 'c']
  const { entered, furthest, base, personal } = compare(ids, ids, 2)
  expect([entered, furthest, base.length, personal.length]).toEqual([0, null, 2, 2])
  expect(cameFrom(personal[0])).toEqual({ direction: 'same', text: 'same place' })
})

test('a comparison counts the items that came in, names the item that rose furthest, and shows which items dropped out', () => {
  const { entered, furthest, base, personal } = compare(
    ['a', 'b', 'c', 'd', 'e'],
    ['e', 'a', 'x'],
    2,
  )
  expect(entered).toBe(1)
  expect(furthest?.id).toBe('e')
  expect(cameFrom(personal[0])).toEqual({ direction: 'up', text: 'from place 5' })
  expect(wentTo(base[0])).toEqual({ direction: 'down', text: 'to place 2' })
  expect(wentTo(base[1])).toEqual({ direction: 'down', text: 'not among the first 200' })
})

test('both lists state the same move for every product that both contain', () => {
  const ids = [...'abcdefgh']
  fc.assert(
    fc.property(
      fc.shuffledSubarray(ids, { minLength: 8 }),
      fc.integer({ min: 1, max: 8 }),
      (mine, shown) => {
        const { base, personal, entered } = compare(ids, mine, shown)
        for (const one of base) {
          const other = personal.find(({ id }) => id === one.id)
          if (other) expect([other.base, other.personal]).toEqual([one.base, one.personal])
          if (other) expect(cameFrom(other).direction).toBe(wentTo(one).direction)
        }
        expect(entered).toBe(mine.slice(0, shown).filter((id) => ids.indexOf(id) >= shown).length)
      },
    ),
  )
})
