/** @module The simulated year as one SVG picture: quality, reports, ε, stores lost on devices and bytes by week. */
import { count, decimal, fixed } from '@nearside/evaluate/report/numbers.ts'
import { START, WEEK } from './shop.ts'
import type { WeekResult, YearResult } from './year.ts'

const [WIDTH, LEFT, RIGHT, PANEL, GAP, TOP] = [720, 52, 92, 96, 34, 24]
const [INK, GREEN, BLUE, RED, GOLD] = ['#77807b', '#0b8a6f', '#4a90d9', '#d9534f', '#c98a1b']
const COLOURS: Readonly<Record<string, string>> = {
  ...{ personal: GREEN, base: BLUE, updated: '#9b6dd6', frozen: INK, popularity: GOLD },
  ...{ counted: GREEN, 'in vain': GOLD, 'turned away': '#929c97' },
  ...{ leader: RED, helper: BLUE, 'a device': GREEN, 'a shopper': RED, '': GREEN },
}

interface Series {
  readonly name: string
  readonly points: readonly {
    /** Position on the horizontal axis, in weeks. */
    readonly x: number
    readonly y: number
    /** Lower end of a band around a line, or of a bar. */
    readonly lo?: number
    readonly hi?: number
  }[]
}

interface Panel {
  readonly title: string
  readonly kind: 'lines' | 'bars'
  readonly series: readonly Series[]
}

const place = (value: number) => String(Math.round(10 * value) / 10)

export function pictureOf(result: YearResult): string {
  const { weeks, months, year, outages } = result
  const x = (week: number) => LEFT + ((WIDTH - LEFT - RIGHT) * week) / weeks.length
  const top = (panel: number) => TOP + panel * (PANEL + GAP)
  const panels = panelsOf(result)
  const height = top(panels.length)
  const drawn = panels.map((panel, p) => draw(panel, top(p), x))
  const verdicts = weeks.map(({ released, sumExact, week }) =>
    sumExact === null ? '' : text(x(week - 0.5), top(1) + 8, released ? '✓' : '×', 'middle'),
  )
  const down = outages.map(({ role, from, to }) => {
    const [a, b] = [from, to].map((time) => x(Math.min(weeks.length, (time - START) / WEEK)))
    return `<path d="M${place(a)} ${top(1)}H${place(b)}V${top(1) + PANEL}H${place(a)}Z" fill="${COLOURS[role]}" opacity=".3"/>`
  })
  const ticks = months.map((_, month) => {
    const at = x(4 * month)
    const line = `<path d="M${place(at)} ${TOP}V${height - GAP}" stroke="${INK}" opacity=".2"/>`
    return line + text(at, height - 12, String(4 * month + 1), 'start')
  })
  const spoken = year.arms.flatMap(({ arm, ndcg }) =>
    ndcg ? [`${arm} ${decimal(ndcg.value)} [${decimal(ndcg.lo)}, ${decimal(ndcg.hi)}]`] : [],
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="NDCG@10 of the year: ${spoken.join('; ')}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="${INK}">${[...down, ...ticks, ...drawn, ...verdicts].join('')}</svg>\n`
}

function panelsOf({ weeks, months, year }: YearResult): Panel[] {
  const byWeek = (name: string, of: (week: WeekResult) => number): Series => ({
    name,
    points: weeks.map((one) => ({ x: one.week - 0.5, y: of(one) })),
  })
  const quality = year.arms.map(
    ({ arm }): Series => ({
      name: arm,
      points: months.flatMap(({ arms }, month) => {
        const found = arms.find((one) => one.arm === arm)?.ndcg
        const middle = Math.min(4 * month + 2, (4 * month + weeks.length) / 2)
        return found ? [{ x: middle, y: found.value, lo: found.lo, hi: found.hi }] : []
      }),
    }),
  )
  const reports = stacked([
    byWeek('counted', ({ counted }) => counted),
    byWeek('in vain', ({ vanished, abandoned }) => vanished + abandoned),
    byWeek('turned away', ({ turnedAway }) => turnedAway),
  ])
  const epsilon = [
    byWeek('a device', ({ epsilonDevice }) => epsilonDevice),
    byWeek('a shopper', ({ epsilonShopper }) => epsilonShopper),
  ]
  const lost = stacked([byWeek('', ({ lostStores }) => lostStores)])
  const bytes = stacked([byWeek('', ({ megabytes }) => megabytes)])
  return [
    { title: 'NDCG@10 by four weeks, with 95 % intervals', kind: 'lines', series: quality },
    {
      title:
        'Reports by week, servers down (red: leader, blue: helper), model released ✓ or refused ×',
      ...{ kind: 'bars', series: reports },
    },
    {
      title: 'Most ε spent by a device, and on a shopper’s devices',
      kind: 'lines',
      series: epsilon,
    },
    { title: 'Browser stores lost by week', kind: 'bars', series: lost },
    { title: 'Megabytes of models to browsers by week', kind: 'bars', series: bytes },
  ]
}

/** Stacks bars: the bars of each series begin where the bars of the series before it end. */
function stacked(series: readonly Series[]): Series[] {
  const base = new Map<number, number>()
  return series.map(({ name, points }) => ({
    name,
    points: points.map(({ x, y }) => {
      const lo = base.get(x) ?? 0
      base.set(x, lo + y)
      return { x, y, lo, hi: lo + y }
    }),
  }))
}

function draw({ title, kind, series }: Panel, top: number, x: (week: number) => number): string {
  const highest = Math.max(
    ...series.flatMap(({ points }) => points.map(({ y, hi = y }) => hi)),
    1e-9,
  )
  // The axis ends at the next of the values 1, 1.5, 2, 3, 4, 5, 6 and 8, times a power of ten.
  const unit = 10 ** Math.floor(Math.log10(highest))
  const most = unit * ([1, 1.5, 2, 3, 4, 5, 6, 8].find((step) => unit * step >= highest) ?? 10)
  const y = (value: number) => top + PANEL * (1 - value / most)
  const at = (week: number, value: number) => `${place(x(week))} ${place(y(value))}`
  const shapes = series.map(({ name, points }) => {
    const colour = COLOURS[name]
    if (kind === 'bars') {
      const bars = points.map(({ x: week, lo = 0, hi = 0 }) =>
        hi > lo
          ? `M${at(week - 0.35, lo)}L${at(week - 0.35, hi)}L${at(week + 0.35, hi)}L${at(week + 0.35, lo)}Z`
          : '',
      )
      return `<path d="${bars.join('')}" fill="${colour}"/>`
    }
    const upper = points.map((one) => at(one.x, one.hi ?? one.y))
    const lower = points.map((one) => at(one.x, one.lo ?? one.y)).reverse()
    const line = points.map((one) => at(one.x, one.y))
    return `<path d="M${[...upper, ...lower].join('L')}Z" fill="${colour}" opacity=".12"/><path d="M${line.join('L')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
  })
  // The names at the right edge are moved apart where they would overlap.
  let last = Number.NEGATIVE_INFINITY
  const names = series
    .map(({ name, points }, k) => ({
      name,
      at: kind === 'bars' ? top + PANEL - 14 * k : y(points.at(-1)?.y ?? 0),
    }))
    .sort((a, b) => a.at - b.at)
    .map(({ name, at }) => {
      last = Math.max(at, last + 12)
      return text(WIDTH - RIGHT + 6, last + 4, name, 'start', COLOURS[name])
    })
  const show = (value: number) =>
    most <= 1 ? decimal(value) : most < 20 ? fixed(value, 1) : count(value)
  const axis = `<path d="M${LEFT} ${top + PANEL}H${WIDTH - RIGHT}" stroke="${INK}"/>`
  const ends = [0, most].map((value) => text(LEFT - 6, y(value) + 4, show(value), 'end'))
  return [text(LEFT, top - 6, title, 'start'), ...ends, axis, ...shapes, ...names].join('')
}

const text = (x: number, y: number, words: string, anchor: string, fill = INK) =>
  `<text x="${place(x)}" y="${place(y)}" text-anchor="${anchor}" fill="${fill}">${words}</text>`
