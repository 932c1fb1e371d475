import type { Item } from '@nearside/core/catalog/item.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followPrices } from './followPrices.ts'

const START = Date.parse('2026-06-01T00:00:00Z')
const MINUTE = 60_000

beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => void vi.useRealTimers())

const items: readonly Item[] = [
  { id: 'a', price: 10, sale: { price: 8, until: '2026-06-01T00:10:00Z' } },
  { id: 'b', price: 20, sale: { price: 15, from: '2026-06-01T01:00:00Z' } },
  { id: 'c', price: 30 },
]

function follow(some: readonly Item[] = items, since: number | null = null) {
  const seen: number[] = []
  const stop = followPrices(some, since, (now) => seen.push((now - START) / MINUTE))
  return { seen, stop }
}

test('the end of one sale and the beginning of another are reported', () => {
  const { seen } = follow()
  expect(seen).toEqual([0])
  vi.advanceTimersByTime(10 * MINUTE - 1)
  expect(seen).toEqual([0])
  vi.advanceTimersByTime(1)
  vi.advanceTimersByTime(50 * MINUTE)
  expect(seen).toEqual([0, 10, 60])
  expect(vi.getTimerCount()).toBe(0)
})

test('only price changes after the time of the shown prices are reported', () => {
  const { seen } = follow(items, START)
  expect(seen).toEqual([])
  vi.setSystemTime(START + 30 * MINUTE)
  expect(follow(items, START).seen).toEqual([30])
})

test('a device that slept through the end of a sale reports the new price within a minute', () => {
  const { seen } = follow()
  vi.advanceTimersByTime(1000)
  vi.setSystemTime(START + 30 * MINUTE)
  vi.advanceTimersByTime(MINUTE)
  expect(seen).toHaveLength(2)
})

test('a price change is reported when the clock is set back to a time with other prices', () => {
  const { seen } = follow(items, START + 30 * MINUTE)
  expect(seen).toEqual([0])
  vi.advanceTimersByTime(20 * MINUTE)
  expect(seen).toEqual([0, 10])
  vi.setSystemTime(START + 5 * MINUTE)
  vi.advanceTimersByTime(MINUTE)
  expect(seen).toEqual([0, 10, 6])
})

test('without sales, `followPrices` reports nothing and sets no timer', () => {
  expect(follow([items[2]]).seen).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('after `followPrices` was stopped, no timer runs', () => {
  const { seen, stop } = follow()
  stop()
  vi.advanceTimersByTime(60 * MINUTE)
  expect(seen).toEqual([0])
})
