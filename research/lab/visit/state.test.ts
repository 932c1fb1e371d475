import type { Interaction } from '@nearside/core/features/history.ts'
import { expect, it } from 'vitest'
import {
  atHand,
  columnOf,
  groupingsOf,
  STATE_COUNT,
  type StateName,
  stateFeatures,
} from './state.ts'
import { Transitions } from './transitions.ts'

const MINUTE = 60_000
const look = (item: number, minute: number, name: Interaction['name'] = 'view_item') => ({
  ...{ item, name, time: minute * MINUTE, session: 'day' },
})

const items = [
  { category: 'phone', brand: 'A' },
  { category: 'phone', brand: 'A' },
  { category: 'phone', brand: 'B' },
  { category: 'lamp', brand: 'A' },
  {},
]
const popularity = Float32Array.of(0.4, 0.1, 0.3, 0.1, 0.1)

function featuresOf(
  history: Interaction[],
  minute: number,
  transitions: Transitions | null = null,
) {
  const all = stateFeatures(history, minute * MINUTE, groupingsOf(items), popularity, transitions)
  return (item: number, name: StateName) => all[item * STATE_COUNT + columnOf(name)]
}

it('notices category and brand of the last products, the last one most', () => {
  const of = featuresOf([look(3, 0), look(0, 1)], 2)
  expect(of(1, 'bothLast')).toBe(1)
  expect(of(3, 'bothLast')).toBe(0)
  expect(of(1, 'brandRecent')).toBe(1)
  expect(of(2, 'categoryRecent')).toBeCloseTo(1 / (1 + Math.SQRT1_2))
  expect(of(2, 'brandRecent')).toBe(0)
  expect(of(0, 'bothPopular')).toBeGreaterThan(of(1, 'bothPopular'))
  expect(of(4, 'categoryRecent')).toBe(0)
})

it('knows order, minutes and number of looks, and ignores removals', () => {
  const history = [
    look(2, 0),
    look(0, 50),
    look(0, 51),
    look(1, 52),
    look(2, 53, 'remove_from_cart'),
  ]
  expect(atHand(history)).toBe(1)
  const of = featuresOf(history, 53)
  expect(of(1, 'place')).toBe(1)
  expect(of(0, 'place')).toBe(1 / 2)
  expect(of(2, 'place')).toBeCloseTo(1 / 3)
  expect(of(0, 'minutes')).toBeCloseTo(Math.log1p(10))
  expect(of(0, 'looks')).toBeCloseTo(Math.log1p(2))
  // The look at 2 was one visit earlier.
  expect(of(2, 'looks')).toBeCloseTo(Math.log1p(0.5))
})

it('counts what follows a product within a visit, before a time', () => {
  const histories = [
    [look(0, 0), look(1, 1), look(2, 2)],
    [look(0, 0), look(3, 90)],
  ]
  const known = new Transitions(histories, 100 * MINUTE)
  expect([...known.from([0]).keys()]).toEqual([1, 2])
  expect(known.from([0]).get(1)).toBeCloseTo(1 / 6.5)
  expect(new Transitions(histories, 0).from([0]).size).toBe(0)
  expect(featuresOf([look(0, 0)], 1, known)(1, 'transition')).toBeCloseTo(Math.sqrt(1 / 6.5))
})

it('is empty without a history', () => {
  expect(featuresOf([], 0)(0, 'place')).toBe(0)
  expect(atHand([])).toBe(-1)
})
