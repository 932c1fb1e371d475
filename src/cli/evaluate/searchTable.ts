/** @module A search evaluation as text for a terminal. */
import type { SearchArm, SearchLift, SearchSummary } from '../../evaluation/searchSummary.ts'

const PLAIN_COLUMNS = ['hitRate@10', 'recall@20'] as const

/** One table of arms, one of lifts; `further` are the metrics beyond NDCG@10 and MRR@20 to show. */
export function formatSearch(
  { arms, lifts }: SearchSummary,
  meanings: Readonly<Record<string, string>>,
  further: readonly string[],
): string[] {
  const width = (metric: string) => Math.max(11, metric.length + 2)
  const cell = (arm: SearchArm, metric: string) => decimal(arm[metric]).padStart(width(metric))
  const columns = [...PLAIN_COLUMNS, ...further]
  const head = columns.map((metric) => metric.padStart(width(metric))).join('')
  return [
    `  ${''.padEnd(12)}${'ndcg@10'.padEnd(22)}${'mrr@20'.padEnd(22)}${head}`,
    ...arms.map((arm) => {
      const intervals = ['ndcg@10', 'mrr@20'].map((metric) => withInterval(arm, metric).padEnd(22))
      const cells = columns.map((metric) => cell(arm, metric)).join('')
      return `  ${arm.name.padEnd(12)}${intervals.join('')}${cells}   ${meanings[arm.name] ?? ''}`.trimEnd()
    }),
    '',
    'Lifts, 95 % intervals by paired bootstrap',
    ...lifts.map(
      (lift) =>
        `  ${`${lift.arm} over ${lift.over}`.padEnd(28)}${lift.metric.padEnd(24)}${intervalOf(lift)}`,
    ),
  ]
}

function withInterval(arm: SearchArm, metric: string): string {
  const [mean, lo, hi] = ['', ':lo', ':hi'].map((end) => decimal(arm[`${metric}${end}`]))
  return `${mean} [${lo}, ${hi}]`
}

function decimal(value: number | string | null | undefined): string {
  return typeof value === 'number' ? value.toFixed(4).replace(/^0/, '') : '–'
}

/** `+2.3 % [+1.5, +3.2]` */
function intervalOf({ relative, lo, hi }: SearchLift): string {
  return `${percent(relative)} % [${percent(lo)}, ${percent(hi)}]`
}

function percent(share: number): string {
  const text = Math.abs(share * 100).toFixed(1)
  if (text === '0.0') return text
  return `${share < 0 ? '−' : '+'}${text}`
}
