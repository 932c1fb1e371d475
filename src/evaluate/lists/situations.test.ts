import { expect, test } from 'vitest'
import { type Asked, situated } from './situations.ts'

const categoryOf = (row: number) => (row < 6 ? 'mugs' : row < 9 ? 'bags' : undefined)
const past = { item: 8, name: 'purchase', time: 1, session: 'a' } as const
const order: Asked = { time: 1e6, history: [past], targets: [0, 1, 2, 3, 4, 6, 7, 9] }

test('situated turns four items of an order’s largest category into views, the rest into targets', () => {
  expect(situated('', order, categoryOf)).toBe(order)
  const later = situated('@looks=later', order, categoryOf)
  expect(later?.targets).toEqual([4, 6, 7, 9])
  expect(later?.history.map(({ item }) => item)).toEqual([8, 0, 1, 2, 3])
  const looks = later?.history.slice(1) ?? []
  expect(new Set(looks.map(({ name }) => name))).toEqual(new Set(['view_item']))
  expect(new Set(looks.map(({ session }) => session)).size).toBe(1)
  for (const { time } of looks) expect(time).toBeLessThan(order.time)
  const first = situated('@looks=first', order, categoryOf)
  expect(first?.targets).toEqual(later?.targets)
  expect(first?.history).toEqual(looks)
})

test('situated returns null without a history, enough views of a category, or other targets', () => {
  expect(situated('@looks=later', { ...order, history: [] }, categoryOf)).toBe(null)
  for (const targets of [
    [0, 1, 2, 6, 7, 8, 9],
    [0, 1, 2, 3, 6, 7],
    [9, 10, 11, 12, 13, 14, 15],
  ])
    expect(situated('@looks=first', { ...order, targets }, categoryOf)).toBe(null)
})
