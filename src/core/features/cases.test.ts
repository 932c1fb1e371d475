import { purchase } from '@nearside/evaluate/testShop.ts'
import { describe, expect, it } from 'vitest'
import { DAY } from '../time.ts'
import { buildCases, withoutLastSession } from './cases.ts'
import type { Interaction } from './history.ts'

const T = Date.UTC(2024, 4, 1, 9)

function view(item: number, time: number): Interaction {
  return { item, name: 'view_item', time, session: 'visit' }
}

function shopper(interactions: Interaction[]) {
  return { id: 'ann', interactions }
}

describe('cases with exact times', () => {
  it('each order makes one case to predict, whose history ends before the order', () => {
    const cases = buildCases(
      shopper([
        purchase(5, T, 'a'),
        purchase(2, T, 'a'),
        purchase(7, T + DAY, 'b'),
        purchase(2, T + DAY, 'b'),
      ]),
      false,
      0,
    )
    expect(cases.map(({ time, targets }) => [time, targets])).toEqual([
      [T, [2, 5]],
      [T + DAY, [2, 7]],
    ])
    expect(cases.map(({ history }) => history.map(({ item }) => item))).toEqual([[], [5, 2]])
  })

  it('an order whose lines have different times makes one case to predict', () => {
    const cases = buildCases(shopper([purchase(1, T, 'a'), purchase(2, T + 5000, 'a')]), false, 0)
    expect(cases).toHaveLength(1)
    expect(cases[0].targets).toEqual([1, 2])
    expect(cases[0].history).toEqual([])
  })

  it('each view makes one case to predict, and events of the same time make one case together', () => {
    const cases = buildCases(
      shopper([view(1, T), view(2, T + 1000), view(3, T + 1000), purchase(4, T + 1000, 'a')]),
      false,
      0,
    )
    expect(cases.map(({ targets }) => targets)).toEqual([[1], [2, 3, 4]])
  })

  it('shown lists are part of the history but are never targets', () => {
    const list: Interaction = { item: 3, name: 'view_item_list', time: T, session: 'visit' }
    const cases = buildCases(shopper([list, view(1, T + 1000)]), false, 0)
    expect(cases).toHaveLength(1)
    expect(cases[0].history).toEqual([list])
  })

  it('before time `from` no case is made, but a later case has the history before that time', () => {
    const cases = buildCases(
      shopper([purchase(1, T, 'a'), purchase(2, T + DAY, 'b')]),
      false,
      T + 1,
    )
    expect(cases).toHaveLength(1)
    expect(cases[0].history.map(({ item }) => item)).toEqual([1])
  })
})

describe('cases with day-only times', () => {
  it('with day-only times, all sessions of a day make one case to predict', () => {
    const day = Math.floor(T / DAY) * DAY
    const cases = buildCases(
      shopper([purchase(1, day, 'a'), purchase(2, day, 'b'), purchase(1, day + DAY, 'c')]),
      true,
      0,
    )
    expect(cases.map(({ targets, history }) => [targets, history.length])).toEqual([
      [[1, 2], 0],
      [[1], 2],
    ])
  })
})

describe('stale history', () => {
  it('withoutLastSession removes the most recent session only', () => {
    const history = [purchase(1, T, 'a'), purchase(2, T + 1, 'b'), purchase(3, T + 2, 'b')]
    expect(withoutLastSession(history).map(({ item }) => item)).toEqual([1])
    expect(withoutLastSession([])).toEqual([])
  })
})
