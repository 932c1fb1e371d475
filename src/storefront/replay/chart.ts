/** @module Geometry of the quality chart: dates to the right, quality upwards. Pure functions. */
import type { Moment } from './quality.ts'

export const WIDTH = 760
export const HEIGHT = 350
/** Margins for the labels of axes and lines. */
export const FRAME = { left: 52, right: 200, top: 32, bottom: 44 } as const
/** Minimum vertical distance between two lines, or two labels. Lines that would overlap are moved apart. */
const LINES_APART = 5
const WORDS_APART = 24

interface Point {
  readonly x: number
  readonly y: number
  readonly value: number
}

interface Chart<A extends string> {
  readonly lines: readonly {
    readonly arm: A
    readonly points: readonly Point[]
    /** Position of the line's name; absent while the line has no points. */
    readonly name?: Point
  }[]
  readonly yTicks: readonly { readonly y: number; readonly value: number }[]
  readonly xTicks: readonly { readonly x: number; readonly time: number }[]
  readonly xOf: (time: number) => number
}

/** @param arms the lines of the chart, one for each arm @param span first and last time on the axis, in milliseconds */
export function chartOf<A extends string>(
  moments: readonly Moment<A>[],
  arms: readonly A[],
  span: readonly [number, number],
): Chart<A> {
  const values = moments.flatMap((moment) => arms.map((arm) => moment.values[arm]))
  const highest = Math.max(0.1, ...values)
  // The top is a multiple of 10 %, so that the tick at half of it is a whole percentage, too.
  const top = Math.min(1, Math.ceil(highest * 10 - 1e-9) / 10)
  const xOf = (time: number) => {
    const share = (time - span[0]) / Math.max(1, span[1] - span[0])
    return round(FRAME.left + share * (WIDTH - FRAME.left - FRAME.right))
  }
  const yOf = (value: number) =>
    round(HEIGHT - FRAME.bottom - (value / top) * (HEIGHT - FRAME.top - FRAME.bottom))
  const pointsOf = ({ time, values }: Moment<A>, gap: number): Point[] => {
    const heights = apart(
      arms.map((arm) => yOf(values[arm])),
      gap,
    )
    return arms.map((arm, place) => {
      return { x: xOf(time), y: round(heights[place]), value: values[arm] }
    })
  }
  const points = moments.map((moment) => pointsOf(moment, LINES_APART))
  const names = moments.slice(-1).flatMap((moment) => pointsOf(moment, WORDS_APART))
  return {
    lines: arms.map((arm, place) => ({
      arm,
      points: points.map((all) => all[place]),
      name: names.at(place),
    })),
    yTicks: [0, top / 2, top].map((value) => ({ y: yOf(value), value })),
    xTicks: quarters(span).map((time) => ({ x: xOf(time), time })),
    xOf,
  }
}

/** Moves heights as little as possible, so that any two are at least `gap` apart. */
export function apart(heights: readonly number[], gap: number): number[] {
  interface Group {
    readonly sum: number
    readonly members: readonly number[]
  }
  const groups: Group[] = []
  const topOf = ({ sum, members }: Group) => sum / members.length - ((members.length - 1) * gap) / 2
  const bottomOf = (group: Group) => topOf(group) + (group.members.length - 1) * gap
  for (const place of [...heights.keys()].sort((a, b) => heights[a] - heights[b])) {
    let group: Group = { sum: heights[place], members: [place] }
    for (
      let last = groups.at(-1);
      last && bottomOf(last) + gap > topOf(group);
      last = groups.at(-1)
    ) {
      groups.pop()
      group = { sum: last.sum + group.sum, members: [...last.members, ...group.members] }
    }
    groups.push(group)
  }
  const moved = [...heights]
  for (const group of groups)
    for (const [k, place] of group.members.entries()) moved[place] = topOf(group) + k * gap
  return moved
}

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
