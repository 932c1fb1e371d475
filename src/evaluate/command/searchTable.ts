/** @module A search evaluation as text for a terminal. */
import type { SearchArm, SearchLift, SearchSummary } from '../searchSummary.ts'
import { QUERY_KINDS } from './searchQueries.ts'
import type { RoomQuality } from './searchRoom.ts'
import { TAUGHT_ARMS } from './searchTaught.ts'

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

/** NDCG@10 and MRR@20 by flatness (rows) and tolerance (columns); the first row has no room. */
export function formatRooms(rooms: readonly RoomQuality[]): string[] {
  const [lexical, ...others] = rooms
  const cell = (room: RoomQuality) => `${decimal(room['ndcg@10'])} ${decimal(room['mrr@20'])}`
  const tolerances = [...new Set(others.map(({ tolerance }) => tolerance))].sort((a, b) => b - a)
  const levels = [...new Set(others.map(({ flatness }) => flatness))].sort((a, b) => a - b)
  return [
    `  ${'flat from'.padEnd(12)}${tolerances.map((one) => `bands of ${one}`.padEnd(16)).join('')}ndcg@10 mrr@20`,
    `  ${'never'.padEnd(12)}${cell(lexical)}`,
    ...levels.map((level) => {
      const row = tolerances.map((width) =>
        others.find(({ flatness, tolerance }) => flatness === level && tolerance === width),
      )
      const cells = row.map((room) => (room ? cell(room) : '').padEnd(16))
      return `  ${String(level).padEnd(12)}${cells.join('')}`.trimEnd()
    }),
  ]
}

/** NDCG@10 of arms by kind of query; `unnamed`: without the product that the query names. */
export function formatTaught({ arms, lifts }: SearchSummary): string[] {
  const metrics = QUERY_KINDS.flatMap((kind) =>
    ['', ':unnamed'].map((what) => `ndcg@10@query=${kind}${what}`),
  )
  const columns = QUERY_KINDS.flatMap((kind) => [`ndcg@10 ${kind}`, '… unnamed'])
  return [
    `  ${''.padEnd(12)}${columns.map((column) => column.padEnd(22)).join('')}`,
    ...arms.map((arm) => {
      const cells = metrics.map((metric) =>
        (metric in arm ? withInterval(arm, metric) : '–').padEnd(22),
      )
      const meaning = Object.entries(TAUGHT_ARMS).find(([name]) => name === arm.name)?.[1] ?? ''
      return `  ${arm.name.padEnd(12)}${cells.join('')}${meaning}`
    }),
    '',
    ...lifts.map(
      (lift) =>
        `  ${`${lift.arm} over ${lift.over}`.padEnd(28)}${lift.metric.padEnd(32)}${intervalOf(lift)}`,
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
