/** @module Tests that lists with different `distinct` numbers share no item, in whatever order they start, change or end. */

import { NearsideError } from '@nearside/core/error.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WatchedList } from '../messages.ts'
import { createWatchedLists } from './serve.ts'

const ITEMS = Array.from({ length: 12 }, (_, i) => `i${i}`)

const query = (limit: number, distinct?: number): ListQuery => ({
  kind: 'recommend',
  options: { limit, distinct },
})

/** List of the catalog's items that starts at a given item and wraps around at the end. */
const from =
  (first: number) =>
  ({ options }: ListQuery): readonly Recommendation[] => {
    const { limit, excludeIds = [] } = options as { limit: number; excludeIds?: string[] }
    return [...ITEMS.slice(first), ...ITEMS.slice(0, first)]
      .filter((id) => !excludeIds.includes(id))
      .slice(0, limit)
      .map((id, at) => ({ id, score: -at, rank: at + 1, baseRank: 1, reason: { kind: 'popular' } }))
  }

function createPage() {
  const shown = new Map<number, readonly string[]>()
  return {
    shown,
    take(lists: readonly WatchedList[]) {
      for (const one of lists)
        shown.set(one.id, 'items' in one ? one.items.map(({ id }) => id) : [])
    },
  }
}

test('a watched list is sent to the page again even if only its badges have changed', () => {
  const lists = createWatchedLists()
  lists.watch([{ id: 0, query: query(2) }], from(0))
  const badged = (asked: ListQuery) => from(0)(asked).map((one) => ({ ...one, badge: 'New' }))
  expect(lists.changed(badged)).toMatchObject([{ id: 0, items: [{ badge: 'New' }, {}] }])
  expect(lists.changed(badged)).toEqual([])
  expect(lists.changed(from(0))).toHaveLength(1)
})

test('a list leaves out items of lists with a smaller `distinct` number, even if it was watched first', () => {
  const lists = createWatchedLists()
  const { shown, take } = createPage()
  take(lists.watch([{ id: 0, query: query(2, 2) }], from(0)))
  expect(shown.get(0)).toEqual(['i0', 'i1'])
  take(lists.watch([{ id: 1, query: query(3, 1) }], from(0)))
  expect(shown.get(1)).toEqual(['i0', 'i1', 'i2'])
  expect(shown.get(0)).toEqual(['i3', 'i4'])
  // A list without `distinct` may repeat items of other lists, so these aren't computed again.
  const alone = lists.watch([{ id: 2, query: query(2) }], from(0))
  expect(alone.map(({ id }) => id)).toEqual([2])
  take(lists.changed(from(4)))
  expect([0, 1, 2].map((id) => shown.get(id)?.join(' '))).toEqual(['i7 i8', 'i4 i5 i6', 'i4 i5'])
  expect(lists.changed(from(4))).toEqual([])
  // If a list ends or fails, other lists can show its items again.
  take(lists.watch([{ id: 1, query: null }], from(4)))
  expect(shown.get(0)).toEqual(['i4', 'i5'])
  const fails = (asked: ListQuery) => {
    if (asked.options?.limit === 3) throw new NearsideError('input-invalid', 'No.')
    return from(0)(asked)
  }
  take(lists.watch([{ id: 3, query: query(3, 1) }], fails))
  take(lists.changed(fails))
  expect(shown.get(0)).toEqual(['i0', 'i1'])
})

test('two lists with different `distinct` numbers never share an item', () => {
  const step = fc.record({
    id: fc.nat(4),
    limit: fc.integer({ min: 1, max: 3 }),
    distinct: fc.constantFrom(undefined, 1, 2, 3),
    first: fc.nat(11),
    ends: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const lists = createWatchedLists()
      const { shown, take } = createPage()
      const asked = new Map<number, { limit: number; distinct?: number }>()
      for (const { id, limit, distinct, first, ends } of steps) {
        take(lists.watch([{ id, query: ends ? null : query(limit, distinct) }], from(first)))
        take(lists.changed(from(first)))
        asked.set(id, { limit, distinct })
        if (ends) asked.delete(id)
        for (const [one, { distinct: a, limit }] of asked) {
          expect(shown.get(one)).toHaveLength(limit)
          for (const [other, { distinct: b }] of asked)
            if (a && b && a !== b)
              expect(shown.get(one)?.filter((id) => shown.get(other)?.includes(id))).toEqual([])
        }
      }
    }),
  )
})
