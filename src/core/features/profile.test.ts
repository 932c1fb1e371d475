import { describe, expect, it } from 'vitest'
import { DAY } from '../time.ts'
import type { History, Interaction } from './history.ts'
import { profileOf, visitsOf } from './profile.ts'

const NOW = Date.UTC(2024, 5, 1)
const event = (item: number, name: Interaction['name'], daysAgo: number): Interaction => ({
  item,
  name,
  time: NOW - daysAgo * DAY,
  session: `day ${daysAgo}`,
})
const history: History = [
  event(1, 'view_item', 9),
  event(2, 'view_item', 9),
  event(1, 'view_item', 4),
  event(1, 'purchase', 4),
  event(3, 'view_item', 1),
]

describe('visitsOf', () => {
  const { items, visits, returnTendency } = visitsOf(profileOf(history, NOW))
  const own = (wanted: number) => items.find(({ item }) => item === wanted)?.own

  it('an item has one entry per visit, with its strongest interaction', () => {
    expect(visits).toBe(3)
    expect(own(1)).toEqual([
      { ago: 1, age: 4, strength: 1, count: 2, interest: 4 / 3 },
      { ago: 2, age: 9, strength: 1 / 3, count: 1, interest: 1 / 3 },
    ])
    expect(own(3)).toEqual([{ ago: 0, age: 1, strength: 1 / 3, count: 1, interest: 1 / 3 }])
  })

  it('the entry of an item in a visit counts every view and has the age of the last view', () => {
    const again = { ...event(3, 'view_item', 1), time: NOW - DAY / 2 }
    const repeated = visitsOf(profileOf([...history, again], NOW))
    expect(repeated.visits).toBe(3)
    expect(repeated.returnTendency).toBe(returnTendency)
    expect(repeated.items.find(({ item }) => item === 3)?.own).toEqual([
      { ago: 0, age: 0.5, strength: 1 / 3, count: 2, interest: 2 / 3 },
    ])
  })

  it('the return tendency is the share of interactions after the first visit that return to an item, shrunk towards a third', () => {
    expect(returnTendency).toBeCloseTo((1 + 3) / (2 + 9), 6)
  })

  it('an empty history has no visits', () => {
    expect(visitsOf(profileOf([], NOW))).toMatchObject({ items: [], visits: 0 })
  })
})
