import { expect, test } from 'vitest'
import { chartOf, FRAME, HEIGHT, pathOf, WIDTH } from './chart.ts'
import { ARMS } from './quality.ts'
import type { ReplayStep } from './replay.ts'

const span = [Date.UTC(2010, 11, 1), Date.UTC(2011, 10, 30)] as const

const step = (time: number, ndcg: number) =>
  ({
    order: { time, items: [] },
    quality: Object.fromEntries(ARMS.map((arm) => [arm, { ndcg, hit: 1 }])),
  }) as unknown as ReplayStep

test('an empty chart has axes and no lines', () => {
  const { lines, yTicks, xTicks } = chartOf([], 'ndcg', span)
  expect(pathOf(lines.personal)).toBe('')
  expect(yTicks.map(({ value }) => value)).toEqual([0, 0.05, 0.1])
  expect(xTicks.map(({ time }) => new Date(time).toISOString().slice(0, 7))).toEqual([
    '2011-01',
    '2011-04',
    '2011-07',
    '2011-10',
  ])
})

test('the line is the mean so far, inside the frame, from the first date to the last', () => {
  const { lines } = chartOf([step(span[0], 0.4), step(span[1], 0)], 'ndcg', span)
  expect(lines.fresh.map(({ value }) => value)).toEqual([0.4, 0.2])
  expect(lines.fresh.map(({ x }) => x)).toEqual([FRAME.left, WIDTH - FRAME.right])
  expect(lines.fresh.map(({ y }) => y)).toEqual([
    FRAME.top,
    (FRAME.top + HEIGHT - FRAME.bottom) / 2,
  ])
  expect(pathOf(lines.fresh)).toMatch(/^M52 12L748 [\d.]+$/)
})
