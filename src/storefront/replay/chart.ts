/** @module Geometry of the quality chart: dates to the right, quality upwards. Pure. */
import { ARMS, type Arm, byArm, meansOf, type Quality } from './quality.ts'
import type { ReplayStep } from './replay.ts'

export const WIDTH = 760
export const HEIGHT = 340
/** Room for the axes' words. */
export const FRAME = { left: 52, right: 12, top: 12, bottom: 34 } as const

export interface Point {
  readonly x: number
  readonly y: number
  /** Mean over all orders up to here. */
  readonly value: number
}

export interface Chart {
  readonly lines: Readonly<Record<Arm, readonly Point[]>>
  readonly yTicks: readonly { readonly y: number; readonly value: number }[]
  readonly xTicks: readonly { readonly x: number; readonly time: number }[]
  readonly xOf: (time: number) => number
}

/** @param span first and last time that the axis shows, milliseconds */
export function chartOf(
  steps: readonly ReplayStep[],
  metric: keyof Quality,
  span: readonly [number, number],
): Chart {
  const means = steps.map((_, index) => meansOf(steps.slice(0, index + 1).map((s) => s.quality)))
  const highest = Math.max(0.1, ...means.flatMap((mean) => ARMS.map((arm) => mean[arm][metric])))
  const top = Math.min(1, Math.ceil(highest * 20 - 1e-9) / 20)
  const xOf = (time: number) => {
    const share = (time - span[0]) / Math.max(1, span[1] - span[0])
    return round(FRAME.left + share * (WIDTH - FRAME.left - FRAME.right))
  }
  const yOf = (value: number) =>
    round(HEIGHT - FRAME.bottom - (value / top) * (HEIGHT - FRAME.top - FRAME.bottom))
  const line = (arm: Arm): Point[] =>
    steps.map(({ order }, index) => {
      const value = means[index][arm][metric]
      return { x: xOf(order.time), y: yOf(value), value }
    })
  return {
    lines: byArm(line),
    yTicks: [0, top / 2, top].map((value) => ({ y: yOf(value), value })),
    xTicks: quarters(span).map((time) => ({ x: xOf(time), time })),
    xOf,
  }
}

/** First days of every third month inside the span. */
function quarters([from, to]: readonly [number, number]): number[] {
  const found: number[] = []
  for (let month = 0; ; month += 3) {
    const time = Date.UTC(new Date(from).getUTCFullYear(), month, 1)
    if (time > to) return found
    if (time >= from) found.push(time)
  }
}

const round = (value: number): number => Math.round(value * 10) / 10

export const pathOf = (points: readonly Point[]): string =>
  points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')
