import { expect, it } from 'vitest'
import { spansOf } from './periods.ts'

const DAY = 86_400_000
const start = Date.UTC(2024, 0, 30, 13)

it('spansOf splits a log into weeks from its first day on, into calendar months, or at given dates', () => {
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
