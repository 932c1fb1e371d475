import { describe, expect, test } from 'vitest'
import type { Item, Recommendation } from '../../index.ts'
import { lineOf, riseOf } from './line.ts'
import { noteAction, rememberShown, visit } from './visit.ts'

const itemOf = (id: string): Item | undefined =>
  id.startsWith('i') ? { id, title: `Thing ${id.slice(1)}` } : undefined

const list = (...ranks: readonly number[]): Recommendation[] =>
  ranks.map((baseRank, place) => ({
    id: `i${baseRank}`,
    score: 0,
    rank: place + 1,
    baseRank,
    reason: { kind: 'popular' },
  }))

const EVERYONES = list(1, 2, 3)
const say = (shown: Partial<Parameters<typeof lineOf>[0]>) =>
  lineOf(
    { now: EVERYONES, without: null, everyones: EVERYONES, done: [], known: true, ...shown },
    itemOf,
  )

describe('the line above the list', () => {
  test('the line above the list invites a new shopper to open a product', () => {
    expect(say({ known: false, now: list(9, 8, 7) })).toBe(
      'Everyone sees this list. Open something you like, then come back.',
    )
  })

  test('the line above the list names how many items changed since the shopper last saw the list, and which actions caused this', () => {
    const done = [{ verb: 'view_item', about: 'i7' }] as const
    const without = EVERYONES
    expect(say({ now: list(9, 1, 375), without, done })).toBe(
      '2 of these 3 are new since you looked at Thing 7.',
    )
    const answered = [{ verb: 'less_like_this', about: 'i7' }] as const
    expect(say({ now: list(9, 1, 375), without, done: answered })).toBe(
      '2 of these 3 are new since you asked for less like Thing 7.',
    )
    expect(say({ now: list(2, 1, 3), without, done })).toBe(
      'In a new order since you looked at Thing 7.',
    )
    const looked = { verb: 'view_item', about: 'i8' } as const
    expect(say({ now: list(9, 1, 2), without, done: [...done, looked] })).toBe(
      '1 of these 3 is new since you looked at Thing 7 and one other product.',
    )
    const searched = { verb: 'search', about: 'lanterns' } as const
    const more = [searched, ...done, searched, looked, searched]
    expect(say({ now: list(9, 1, 2), without, done: more })).toBe(
      '1 of these 3 is new since you searched for “lanterns”, after 2 other products and 2 other searches.',
    )
    expect(say({ now: list(9, 1, 2), without, done: [looked, searched] })).toBe(
      '1 of these 3 is new since you looked at Thing 8, after one other search.',
    )
  })

  test('the line above the list does not name an event that changed nothing, or an unknown product', () => {
    const done = [{ verb: 'purchase', about: 'gone' }] as const
    expect(say({ without: EVERYONES, done })).toBe('So far, everyone sees these 3.')
    expect(say({ now: list(9, 1, 375), without: EVERYONES })).toBe(
      '2 of these 3 are here because of what you did in this shop.',
    )
    expect(say({ everyones: null })).toBe('')
  })

  test('the line above the list counts items that everyone’s list lacks, even if the shopper’s list leaves items out', () => {
    // The first item of everyone's list is in the basket, so it doesn't count in the base ranks of the others.
    const now = list(2, 3, 4).map((one) => ({ ...one, baseRank: one.baseRank - 1 }))
    expect(say({ now })).toBe('1 of these 3 is here because of what you did in this shop.')
  })
})

test('riseOf is null for an item that everyone’s list shows, or whose `baseRank` is unknown', () => {
  const [own, , unknown] = list(375, 2, Number.NaN)
  expect(riseOf(own, 12)).toBe(374)
  expect(riseOf({ ...own, baseRank: 12 }, 12)).toBeNull()
  expect(riseOf(unknown, 12)).toBeNull()
})

test('of the actions since the last list, only the strongest on each item is remembered; the next list clears them', () => {
  noteAction({ name: 'view_item', item_id: 'i1' })
  noteAction({ name: 'add_to_cart', items: [{ item_id: 'i1' }] })
  noteAction({ name: 'search', search_term: 'tea' })
  noteAction({ name: 'view_item', item_id: 'i1' })
  noteAction({ name: 'view_item_list', items: [{ item_id: 'i2' }] })
  expect(visit.get().done).toEqual([
    { verb: 'add_to_cart', about: 'i1' },
    { verb: 'search', about: 'tea' },
  ])
  expect(visit.get().looks).toBe(2)
  rememberShown(EVERYONES, 5)
  expect(visit.get()).toEqual({ before: EVERYONES, since: 5, done: [], looks: 2 })
})
