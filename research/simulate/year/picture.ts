/** @module The simulated year as one SVG picture: quality, reports, ε, lost stores and bytes by week. */
import { count, decimal, fixed } from '@nearside/evaluate/report/numbers.ts'

import { START, WEEK } from './shop.ts'
import type { YearResult } from './year.ts'

const [WIDTH, LEFT, RIGHT, PANEL, GAP, TOP] = [720, 52, 92, 96, 34, 24]
const INK = '#77807b'
const COLOURS: Readonly<Record<string, string>> = {
  ...{
    personal: '#0b8a6f',
    base: '#4a90d9',
    updated: '#9b6dd6',
    frozen: INK,
    popularity: '#c98a1b',
  },
  ...{ counted: '#0b8a6f', 'in vain': '#c98a1b', 'turned away': '#929c97' },
  ...{ leader: '#d9534f', helper: '#4a90d9', 'a device': '#0b8a6f', 'a shopper': '#d9534f' },
}

interface Line {
  readonly name: string
  /** Values by place on the x axis, in weeks; `lo` and `hi` give a band. */
  readonly points: readonly { x: number; y: number; lo?: number; hi?: number }[]
}

/** Bars of a week, from the bottom up. */
type Bars = readonly { readonly name: string; readonly values: readonly number[] }[]

export function pictureOf(result: YearResult): string {
  const { weeks, months, year, outages } = result
  const x = (week: number) => LEFT + ((WIDTH - LEFT - RIGHT) * week) / weeks.length
  const quality = year.arms.map(
    ({ arm }): Line => ({
      name: arm,
      points: months.flatMap(({ arms }, month) => {
        const found = arms.find((one) => one.arm === arm)?.ndcg
        const middle = Math.min(4 * month + 2, (4 * month + weeks.length) / 2)
        return found ? [{ x: middle, y: found.value, lo: found.lo, hi: found.hi }] : []
      }),
    }),
  )
  const steps = (name: string, of: (week: YearResult['weeks'][number]) => number): Line => ({
    name,
    points: weeks.map((week, w) => ({ x: w + 0.5, y: of(week) })),
  })
  const bars = (name: string, of: (week: YearResult['weeks'][number]) => number) => ({
    name,
    values: weeks.map(of),
  })
  const panels = [
    { title: 'NDCG@10, with 95 % intervals', lines: quality, show: decimal },
    {
      title: 'Reports by week; a tick above: the round released a model, a cross: the gate refused',
      bars: [
        bars('counted', ({ counted }) => counted),
        bars('in vain', ({ vanished, abandoned }) => vanished + abandoned),
        bars('turned away', ({ turnedAway }) => turnedAway),
      ],
    },
    {
      title: 'ε spent: most of any device, and of any shopper on several devices',
      lines: [
        steps('a device', ({ epsilonDevice }) => epsilonDevice),
        steps('a shopper', ({ epsilonShopper }) => epsilonShopper),
      ],
    },
    { title: 'Stores lost by week', bars: [bars('counted', ({ lostStores }) => lostStores)] },
    {
      title: 'Megabytes of models to browsers by week',
      bars: [bars('counted', ({ megabytesDown }) => megabytesDown)],
    },
  ]
  const height = TOP + panels.length * (PANEL + GAP)
  const bottom = height - GAP + 6
  const verdicts = weeks.map(({ released, sumExact }, w) => {
    const at = `x="${place(x(w + 0.5))}" y="${TOP + PANEL + GAP + 8}"`
    return sumExact === null
      ? ''
      : `<text ${at} text-anchor="middle">${released ? '✓' : '×'}</text>`
  })
  const down = outages.map(({ role, from, to }) => {
    const [a, b] = [from, to].map((time) => x(Math.min(weeks.length, (time - START) / WEEK)))
    const width = Math.max(1, b - a)
    return a >= x(weeks.length)
      ? ''
      : `<rect x="${place(a)}" y="${TOP + PANEL + GAP}" width="${place(width)}" height="${PANEL}" fill="${COLOURS[role]}" opacity=".25"/>`
  })
  const ticks = months.map((_, month) => {
    const at = place(x(4 * month))
    return `<path d="M${at} ${TOP}V${bottom}" stroke="${INK}" opacity=".2"/><text x="${at}" y="${height - 8}">week ${4 * month + 1}</text>`
  })
  const drawn = panels.map((panel, p) => {
    const top = TOP + p * (PANEL + GAP)
    const most = highest(panel)
    const y = (value: number) => top + PANEL * (1 - value / most)
    const show = panel.show ?? ((value: number) => (most < 20 ? fixed(value, 1) : count(value)))
    return [
      `<text x="${LEFT}" y="${top - 6}" font-weight="600">${panel.title}</text>`,
      ...[0, most].map(
        (value) =>
          `<text x="${LEFT - 6}" y="${place(y(value) + 4)}" text-anchor="end">${show(value)}</text>`,
      ),
      `<path d="M${LEFT} ${top + PANEL}H${WIDTH - RIGHT}" stroke="${INK}"/>`,
      ...drawBars(panel.bars ?? [], x, y),
      ...drawLines(panel.lines ?? [], x, y),
    ].join('')
  })
  const spoken = year.arms.flatMap(({ arm, ndcg }) =>
    ndcg ? [`${arm} ${decimal(ndcg.value)} [${decimal(ndcg.lo)}, ${decimal(ndcg.hi)}]`] : [],
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="NDCG@10 of the year: ${spoken.join('; ')}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="${INK}">${down.join('')}${ticks.join('')}${drawn.join('')}${verdicts.join('')}</svg>\n`
}

function highest({ lines = [], bars = [] }: { lines?: readonly Line[]; bars?: Bars }): number {
  const points = lines.flatMap((line) => line.points.map(({ y, hi = y }) => hi))
  const sums = (bars[0]?.values ?? []).map((_, w) =>
    bars.reduce((sum, { values }) => sum + values[w], 0),
  )
  const most = Math.max(...points, ...sums, 1e-9)
  // End of the axis: the next round number.
  const unit = 10 ** Math.floor(Math.log10(most))
  return unit * ([1, 1.5, 2, 3, 4, 5, 6, 8].find((step) => unit * step >= most) ?? 10)
}

function drawBars(bars: Bars, x: (week: number) => number, y: (value: number) => number): string[] {
  const base = new Float64Array(bars[0]?.values.length ?? 0)
  const drawn = bars.map(({ name, values }) => {
    const path = values.map((value, w) => {
      const [from, to] = [base[w], base[w] + value]
      base[w] = to
      return value === 0
        ? ''
        : `M${place(x(w + 0.15))} ${place(y(from))}V${place(y(to))}H${place(x(w + 0.85))}V${place(y(from))}Z`
    })
    return `<path d="${path.join('')}" fill="${COLOURS[name]}"/>`
  })
  return bars.length > 1
    ? [...drawn, ...labels(bars.map(({ name }, k) => [name, y(0) - 14 * k]))]
    : drawn
}

function drawLines(
  lines: readonly Line[],
  x: (week: number) => number,
  y: (value: number) => number,
): string[] {
  const path = (points: readonly { x: number; y: number }[]) =>
    points.map((one, k) => `${k > 0 ? 'L' : 'M'}${place(x(one.x))} ${place(y(one.y))}`).join('')
  const drawn = lines.flatMap(({ name, points }) => {
    const upper = points.map((one) => ({ x: one.x, y: one.hi ?? one.y }))
    const lower = points.map((one) => ({ x: one.x, y: one.lo ?? one.y })).reverse()
    const band = points.some(({ hi }) => hi !== undefined)
    return [
      ...(band
        ? [`<path d="${path([...upper, ...lower])}Z" fill="${COLOURS[name]}" opacity=".12"/>`]
        : []),
      `<path d="${path(points)}" fill="none" stroke="${COLOURS[name]}" stroke-width="1.5"/>`,
    ]
  })
  const ends = lines.map(({ name, points }): [string, number] => [name, y(points.at(-1)?.y ?? 0)])
  return [...drawn, ...labels(ends)]
}

/** Names at the right edge, moved apart where they would overlap. */
function labels(ends: readonly (readonly [string, number])[]): string[] {
  let last = Number.NEGATIVE_INFINITY
  return [...ends]
    .sort(([, a], [, b]) => a - b)
    .map(([name, y]) => {
      last = Math.max(y, last + 12)
      return `<text x="${WIDTH - RIGHT + 6}" y="${place(last + 4)}" fill="${COLOURS[name]}">${name}</text>`
    })
}

const place = (value: number) => String(Math.round(10 * value) / 10)
