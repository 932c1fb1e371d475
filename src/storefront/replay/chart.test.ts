import { expect, test } from 'vitest'
import { apart, chartOf, FRAME, HEIGHT, pathOf, WIDTH } from './chart.ts'
import { ARMS, byArm, type Moment } from './quality.ts'

const span = [Date.UTC(2010, 11, 1), Date.UTC(2011, 10, 30)] as const

/** Moment at which each arm (way of ranking) has the same value. */
const moment = (time: number, value: number): Moment => ({ time, values: byArm(() => value) })

test('an empty chart has axes and no lines', () => {
  const { lines, yTicks, xTicks } = chartOf([], ARMS, span)
  expect(lines.map(({ points }) => pathOf(points))).toEqual(['', '', '', ''])
  expect(lines.flatMap(({ name }) => name ?? [])).toEqual([])
  expect(yTicks.map(({ value }) => value)).toEqual([0, 0.05, 0.1])
  expect(xTicks.map(({ time }) => new Date(time).toISOString().slice(0, 7))).toEqual([
    '2011-01',
    '2011-04',
    '2011-07',
    '2011-10',
  ])
})

test('a line stays inside the frame, from the first date to the last', () => {
  const { lines } = chartOf([moment(span[0], 0.4), moment(span[1], 0.2)], ['fresh'], span)
  const [{ points }] = lines
  expect(points.map(({ value }) => value)).toEqual([0.4, 0.2])
  expect(points.map(({ x }) => x)).toEqual([FRAME.left, WIDTH - FRAME.right])
  expect(points.map(({ y }) => y)).toEqual([FRAME.top, (FRAME.top + HEIGHT - FRAME.bottom) / 2])
  expect(pathOf(points)).toMatch(/^M52 32L560 [\d.]+$/)
})

test('each tick of the value axis is a whole percentage, because labels show whole percentages', () => {
  for (const value of [0.11, 0.13, 0.33, 0.97, 1]) {
    const { yTicks } = chartOf([moment(span[0], value)], ['fresh'], span)
    for (const tick of yTicks) expect(tick.value * 100).toBeCloseTo(Math.round(tick.value * 100))
  }
})

test('lines with equal values, and the names of the lines, do not cover each other', () => {
  const { lines } = chartOf([moment(span[0], 0.4)], ARMS, span)
  const heights = lines.map(({ points }) => points[0].y)
  expect(new Set(heights.map((y, place) => y - 5 * place)).size).toBe(1)
  expect(lines.map(({ points }) => points[0].value)).toEqual([0.4, 0.4, 0.4, 0.4])
  const names = lines.flatMap(({ name }) => name?.y ?? [])
  expect(names.map((y) => y - names[0])).toEqual([0, 24, 48, 72])
})

test('`apart` moves heights only as far as needed to keep their minimum distance', () => {
  expect(apart([50, 10, 90], 5)).toEqual([50, 10, 90])
  expect(apart([12, 10], 6)).toEqual([14, 8])
  expect(apart([10, 10, 16, 40], 4)).toEqual([8, 12, 16, 40])
  expect(apart([10, 10, 13, 40], 4)).toEqual([7, 11, 15, 40])
})
