import { expect, it } from 'vitest'
import type { EventName } from '../../core/events/event.ts'
import { DAY } from '../../core/time.ts'
import { sessionsByPeriod, spansOf } from './cut.ts'

const start = Date.UTC(2024, 0, 30, 13)

it('cuts weeks from the first day, months by the calendar, and at given days', () => {
  const weeks = spansOf('week', start, start + 20 * DAY)
  expect(weeks.map(({ from }) => new Date(from).toISOString().slice(0, 10))).toEqual([
    '2024-01-30',
    '2024-02-06',
    '2024-02-13',
  ])
  const months = spansOf('month', start, Date.UTC(2024, 3, 1))
  expect(months.map(({ from }) => new Date(from).getUTCMonth())).toEqual([0, 1, 2, 3])
  const given = spansOf([start + DAY, start + 3 * DAY], start, start + 9 * DAY)
  expect(given.length).toBe(3)
  for (const spans of [weeks, months, given])
    spans.slice(1).forEach(({ from }, p) => {
      expect(from).toBe(spans[p].to)
    })
})

it('refuses a log of fewer than three periods', () => {
  expect(() => spansOf('month', start, start + DAY)).toThrow(/at least 3/)
})

it('gives a session to the period in which it began; purchases are no clicks', () => {
  const spans = spansOf([start + DAY, start + 2 * DAY], start, start + 3 * DAY)
  const at = (item: number, hours: number, session: string, name: EventName = 'view_item') => ({
    item,
    name,
    session,
    time: start + hours * 3_600_000,
  })
  const shoppers = [
    {
      id: 'a',
      interactions: [at(1, 1, 'x'), at(2, 30, 'x'), at(3, 31, 'y'), at(9, 32, 'y', 'purchase')],
    },
    { id: 'b', interactions: [at(4, 2, 'x')] },
  ]
  expect(sessionsByPeriod(shoppers, spans)).toEqual([[[4], [1, 2]], [[3]], []])
})
