import { describe, expect, it } from 'vitest'
import type { Interaction } from '../features/history.ts'
import { DAY } from '../time.ts'
import { casesForFit, casesFromHistory, weighed } from './learningCases.ts'

function entry(
  name: Interaction['name'],
  item: number,
  time: number,
  session: string,
): Interaction {
  return { name, item, time, session }
}

describe('casesFromHistory', () => {
  it('each order and each other event makes a case to predict, whose history ends before the event', () => {
    const history = [
      entry('view_item', 1, 10, 'a'),
      entry('view_item', 2, 20, 'a'),
      entry('add_to_cart', 2, 30, 'a'),
      entry('purchase', 2, 40, 'a'),
      entry('purchase', 3, 40, 'a'),
      entry('view_item', 1, 50, 'b'),
    ]
    const cases = casesFromHistory(history)
    expect(cases.map(({ time, targets, weight }) => ({ time, targets, weight }))).toEqual([
      { time: 20, targets: [2], weight: 1 },
      { time: 30, targets: [2], weight: 2 },
      { time: 40, targets: [2, 3], weight: 3 },
      { time: 50, targets: [1], weight: 1 },
    ])
    for (const one of cases) {
      expect(one.history.every(({ time }) => time < one.time)).toBe(true)
      expect(one.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    }
  })

  it('a later purchase of a case’s item leaves the case’s weight unchanged', () => {
    const cases = casesFromHistory([
      entry('view_item', 1, 10, 'a'),
      entry('view_item', 2, 20, 'a'),
      entry('purchase', 2, 90, 'z'),
    ])
    expect(cases[0].weight).toBe(1)
  })

  it('with day-only times, one case to predict covers a day, and an add-to-cart weighs more than a view', () => {
    const day = 100 * DAY
    const cases = casesFromHistory(
      [
        entry('purchase', 5, day - DAY, 'x'),
        entry('view_item', 1, day, 'x'),
        entry('add_to_cart', 2, day, 'x'),
      ],
      { dayOnly: true },
    )
    expect(cases).toHaveLength(1)
    expect(cases[0].targets).toEqual([1, 2])
    expect(cases[0].shares[0]).toBeCloseTo(1 / 3, 12)
    expect(cases[0].shares[1]).toBeCloseTo(2 / 3, 12)
    expect(cases[0].weight).toBe(2)
  })

  it('given event weights replace the default weights, and `weighed` gives an existing case other weights', () => {
    const history = [
      entry('purchase', 5, 10, 'x'),
      entry('view_item', 1, 20, 'y'),
      entry('add_to_wishlist', 2, 20, 'y'),
      entry('view_item', 3, 30, 'y'),
    ]
    const learned = { purchase: 3, cart: 2.5, view: 0.5 }
    const cases = casesFromHistory(history, { weights: learned })
    expect(cases.map(({ kinds, weight }) => ({ kinds, weight }))).toEqual([
      { kinds: ['view', 'cart'], weight: 2.5 },
      { kinds: ['view'], weight: 0.5 },
    ])
    expect(cases[0].shares[0]).toBeCloseTo(0.5 / 3, 12)
    expect(cases.map((one) => weighed(one, { purchase: 3, cart: 2, view: 1 }))).toEqual(
      casesFromHistory(history),
    )
    // An event of weight 0 has no effect, and the shares stay finite.
    expect(weighed(cases[1], { purchase: 3, cart: 2, view: 0 })).toMatchObject({
      shares: [0],
      weight: 0,
    })
  })

  it('a first order, a shown list and an empty history give no cases to learn', () => {
    expect(casesFromHistory([])).toEqual([])
    expect(casesFromHistory([entry('purchase', 1, 5, 'a'), entry('purchase', 2, 5, 'a')])).toEqual(
      [],
    )
    const shown = [entry('view_item_list', 1, 5, 'a'), entry('view_item', 2, 9, 'b')]
    expect(casesFromHistory(shown)).toEqual([])
  })
})

describe('casesForFit', () => {
  const names = [
    'purchase',
    'view_item',
    'purchase',
    'add_to_cart',
    'view_item',
    'view_item',
  ] as const
  const cases = casesFromHistory([
    entry('view_item', 9, 0, 'first'),
    ...names.map((name, k) => entry(name, k, 10 + k, `${k}`)),
  ])
  const chosen = (most: number) => casesForFit(cases, most).map(({ time }) => time - 10)

  it('the personal fit takes its training cases from orders first, then from carts, then from views', () => {
    expect(chosen(1)).toEqual([2])
    expect(chosen(2)).toEqual([0, 2])
    expect(chosen(3)).toEqual([0, 2, 3])
    expect(chosen(5)).toHaveLength(5)
    expect(chosen(5)).toEqual(expect.arrayContaining([0, 2, 3]))
  })

  it('the training cases of a personal fit stay ascending by time, and every case is chosen if there is room', () => {
    expect(chosen(5)).toEqual([...chosen(5)].sort((a, b) => a - b))
    expect(casesForFit(cases, 6)).toEqual(cases)
    expect(casesForFit(cases, 64)).toEqual(cases)
  })
})
