/** @module The sections about groups of cases: months, a shopper's nth case, length of the history. */
import { type CaseGroup, type Detail, GROUP_ARMS } from '../detail/detail.ts'
import { ARM_STYLES, armKeys } from './arms.ts'
import { chart, HEIGHT, lines, MARGIN, type Series, WIDTH } from './chart.ts'
import { figure, paragraph, type Section } from './page.ts'
import { bandScale, linearScale } from './scale.ts'
import { count, decimal, lift } from './text.ts'

export function timeSection({ months, nthCase }: Detail): Section {
  return {
    id: 'time',
    title: 'Quality over time',
    content: [
      paragraph(
        'The base model stays as it was at the start; only what the arms read of the shopper, and the nightly popularity, goes on.',
      ),
      groupFigure('By month', 'month', months),
      groupFigure("By place among the shopper's own cases", 'nth case of the shopper', nthCase),
    ],
  }
}

export function historySection({ history }: Detail): Section {
  return {
    id: 'history',
    title: 'By length of the history',
    content: [
      paragraph('Entries that the shopper had left before the case: one an item of each event.'),
      groupFigure('By length of the history', 'entries before the case', history),
    ],
  }
}

function groupFigure(caption: string, labelX: string, groups: readonly CaseGroup[]): string {
  const series = GROUP_ARMS.map(
    (name): Series => ({
      name,
      style: ARM_STYLES[name] ?? 'a',
      points: groups.map(({ label, means }, k) => ({
        x: k,
        y: means[name] ?? 0,
        label: `${label}: ${decimal(means[name] ?? 0)}`,
      })),
    }),
  )
  const x = bandScale(groups.length, [MARGIN.left, WIDTH - MARGIN.right])
  const y = linearScale(
    [0, ...series.flatMap(({ points }) => points.map((point) => point.y))],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  )
  const said = groups.map(
    ({ label, means }) =>
      `${label}: personal ${decimal(means.personal ?? 0)}, base-fresh ${decimal(means['base-fresh'] ?? 0)}`,
  )
  const frame = {
    alternative: `NDCG@10 ${caption.toLowerCase()}; ${said.join('; ')}`,
    x,
    y,
    formatX: (k: number) => groups[k].label,
    formatY: (tick: number) => tick.toFixed(2),
    labelX,
  }
  return figure(
    `${caption}: NDCG@10, repeats allowed`,
    armKeys(GROUP_ARMS) + chart(frame, lines(series, x, y)),
    {
      caption,
      columns: [labelX, 'cases', 'shoppers', ...GROUP_ARMS, 'personal over base-fresh'],
      rows: groups.map((group) => [
        group.label,
        count(group.cases),
        count(group.shoppers),
        ...GROUP_ARMS.map((arm) => decimal(group.means[arm] ?? 0)),
        lift(group.lift),
      ]),
    },
  )
}
