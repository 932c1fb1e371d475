import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAnnouncer } from './announcer.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('changes are announced once the list rests', () => {
  const announce = vi.fn()
  const announcer = createAnnouncer(announce)
  announcer.shows(null)
  announcer.shows('a b')
  vi.advanceTimersByTime(5000)
  expect(announce).toHaveBeenCalledTimes(0)
  for (const order of ['b a', 'c a', 'c b']) {
    announcer.shows(order)
    vi.advanceTimersByTime(900)
  }
  expect(announce).toHaveBeenCalledTimes(0)
  vi.advanceTimersByTime(100)
  expect(announce).toHaveBeenCalledTimes(1)
  announcer.shows('a b')
  vi.advanceTimersByTime(1000)
  expect(announce).toHaveBeenCalledTimes(2)
})

test('moving back or drawing again is no change, and nothing is announced after the stop', () => {
  const announce = vi.fn()
  const announcer = createAnnouncer(announce)
  announcer.shows('a b')
  announcer.shows('b a')
  announcer.shows('a b')
  vi.advanceTimersByTime(5000)
  announcer.shows('b a')
  announcer.stop()
  vi.advanceTimersByTime(5000)
  expect(announce).toHaveBeenCalledTimes(0)
})
