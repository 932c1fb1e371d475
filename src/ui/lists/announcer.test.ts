import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAnnouncer } from './listController.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a change of the list is announced once the list has stayed the same for a moment', () => {
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

test('a list that returns to its announced sequence is not announced; after `stop`, nothing is announced', () => {
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
