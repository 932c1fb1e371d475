/** @module The section about who gains and who loses: every shopper's own change, sorted. */
import type { Detail } from '../detail/detail.ts'
import type { Report } from '../table.ts'
import { chart, HEIGHT, MARGIN, WIDTH } from './chart.ts'
import { figure, paragraph, type Section } from './page.ts'
import { linearScale } from './scale.ts'
import { count, decimal } from './text.ts'

/** Changes of NDCG@10 that belong together; upper ends, the last one open. */
const RANGES: readonly (readonly [label: string, most: number])[] = [
  ['worse by more than 0.05', -0.05],
  ['worse by 0.01 to 0.05', -0.01],
  ['worse by less than 0.01', -Number.MIN_VALUE],
  ['no change', 0],
  ['better by less than 0.01', 0.01],
  ['better by 0.01 to 0.05', 0.05],
  ['better by more than 0.05', Number.POSITIVE_INFINITY],
]

export function shoppersSection(report: Report, { shopperChanges }: Detail): Section {
  const { worse, worseByLikelihood, worstTenth, guardTripped } = report
  const better = shopperChanges.filter((change) => change > 0).length
  const lower = shopperChanges.filter((change) => change < 0).length
  const said = `${count(better)} shoppers are better off, ${count(lower)} worse, ${count(shopperChanges.length - better - lower)} see no change of rank`
  return {
    id: 'shoppers',
    title: 'Shopper by shopper',
    content: [
      paragraph(
        `${said}. ${count(worse.significant)} of ${count(report.shoppers)} are significantly worse by NDCG@10 (chance alone would give up to ${worse.expectedByChance.toFixed(1)} among the ${count(worse.testable)} with enough differing cases), ${count(worseByLikelihood.significant)} by likelihood (chance: up to ${worseByLikelihood.expectedByChance.toFixed(1)} of ${count(worseByLikelihood.testable)}). The guard switched the personal model off for ${count(guardTripped)}.`,
      ),
      figure(
        "Change of each shopper's mean NDCG@10, personal against base-fresh",
        sortedChanges(shopperChanges, said),
        {
          caption: 'How many shoppers changed by how much',
          columns: ['change of NDCG@10', 'shoppers', 'share'],
          rows: histogram(shopperChanges).map(([label, found]) => [
            label,
            count(found),
            `${((100 * found) / shopperChanges.length).toFixed(1)} %`,
          ]),
        },
        {
          caption: 'Quantiles of the change',
          columns: ['worst', 'worst tenth, mean', '10 %', 'median', '90 %', 'best'],
          rows: [
            [
              decimal(shopperChanges[0]),
              decimal(worstTenth),
              ...[0.1, 0.5, 0.9].map((q) => decimal(at(shopperChanges, q))),
              decimal(at(shopperChanges, 1)),
            ],
          ],
        },
      ),
    ],
  }
}

function histogram(changes: readonly number[]): (readonly [string, number])[] {
  return RANGES.map(([label, most], k) => {
    const least = k > 0 ? RANGES[k - 1][1] : Number.NEGATIVE_INFINITY
    return [label, changes.filter((change) => change > least && change <= most).length]
  })
}

function at(sorted: readonly number[], q: number): number {
  return sorted[Math.round(q * (sorted.length - 1))]
}

/** One column a shopper, in two shapes: below and above no change. */
function sortedChanges(changes: readonly number[], said: string): string {
  const x = linearScale([0, 100], [MARGIN.left, WIDTH - MARGIN.right], 4)
  const y = linearScale([0, ...changes], [HEIGHT - MARGIN.bottom, MARGIN.top])
  const width = 100 / changes.length
  const shape = (style: string, keep: (change: number) => boolean) => {
    const columns = changes.flatMap((change, k) =>
      keep(change) ? [`M${x(k * width)},${y(0)}V${y(change)}H${x((k + 1) * width)}V${y(0)}z`] : [],
    )
    return columns.length > 0 ? `<path class="bar ${style}" d="${columns.join('')}"/>` : ''
  }
  return chart(
    {
      alternative: `Each shopper's change, sorted from worst to best: ${said}; from ${decimal(changes[0])} to ${decimal(at(changes, 1))}`,
      x,
      y,
      formatX: (tick) => `${tick} %`,
      formatY: (tick) => decimalTick(tick),
      labelX: 'shoppers, from worst to best',
    },
    [shape('b', (change) => change < 0), shape('e', (change) => change > 0)],
  )
}

function decimalTick(tick: number): string {
  return tick === 0 ? '0' : `${tick < 0 ? '−' : '+'}${Math.abs(tick).toFixed(2)}`
}
