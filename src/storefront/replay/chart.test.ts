import { expect, test } from 'vitest'
import { apart, chartOf, FRAME, HEIGHT, pathOf, WIDTH } from './chart.ts'
import { ARMS } from './quality.ts'
import type { ReplayStep } from './replay.ts'

const span = [Date.UTC(2010, 11, 1), Date.UTC(2011, 10, 30)] as const

const step = (time: number, ndcg: number) =>
  ({
    order: { time, items: [] },
    quality: Object.fromEntries(ARMS.map((arm) => [arm, { ndcg, hit: 1 }])),
  }) as unknown as ReplayStep

test('an empty chart has axes and no lines', () => {
  const { lines, words, yTicks, xTicks } = chartOf([], ARMS, 'ndcg', span)
  expect(lines.map(({ points }) => pathOf(points))).toEqual(['', '', '', ''])
  expect(words).toEqual([])
  expect(yTicks.map(({ value }) => value)).toEqual([0, 0.05, 0.1])
  expect(xTicks.map(({ time }) => new Date(time).toISOString().slice(0, 7))).toEqual([
    '2011-01',
    '2011-04',
    '2011-07',
    '2011-10',
  ])
})

test('a line is the running mean, inside the frame, from the first date to the last', () => {
  const { lines } = chartOf([step(span[0], 0.4), step(span[1], 0)], ['fresh'], 'ndcg', span)
  const [{ points }] = lines
  expect(points.map(({ value }) => value)).toEqual([0.4, 0.2])
  expect(points.map(({ x }) => x)).toEqual([FRAME.left, WIDTH - FRAME.right])
  expect(points.map(({ y }) => y)).toEqual([FRAME.top, (FRAME.top + HEIGHT - FRAME.bottom) / 2])
  expect(pathOf(points)).toMatch(/^M52 32L560 [\d.]+$/)
})

test('lines with equal values, and the names of the lines, do not cover each other', () => {
  const { lines, words } = chartOf([step(span[0], 0.4)], ARMS, 'ndcg', span)
  const heights = lines.map(({ points }) => points[0].y)
  expect(new Set(heights.map((y, place) => y - 5 * place)).size).toBe(1)
  expect(lines.map(({ points }) => points[0].value)).toEqual([0.4, 0.4, 0.4, 0.4])
  expect(words.map(({ y }) => y - words[0].y)).toEqual([0, 24, 48, 72])
})

test('heights move only as far as needed to keep them apart', () => {
  expect(apart([50, 10, 90], 5)).toEqual([50, 10, 90])
  expect(apart([12, 10], 6)).toEqual([14, 8])
  expect(apart([10, 10, 16, 40], 4)).toEqual([8, 12, 16, 40])
  expect(apart([10, 10, 13, 40], 4)).toEqual([7, 11, 15, 40])
})
