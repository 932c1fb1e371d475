/** @module Table of arms and their figures, the same for every protocol. */
import type { Arm } from '../results.ts'
import { decimal, estimate, fixed } from './numbers.ts'
import { type Table, tableOf } from './report.ts'

/** Figure with its interval, if it has one; a dash if the arm has no such metric. */
function figure(arm: Arm, metric: string): string {
  const [mean, lo, hi] = [metric, `${metric}:lo`, `${metric}:hi`].map((name) => arm[name])
  if (typeof mean !== 'number') return '–'
  if (typeof lo === 'number' && typeof hi === 'number') return estimate({ mean, lo, hi })
  return metric.startsWith('nll') ? fixed(mean, 3) : decimal(mean)
}

/**
 * @param metrics one column each
 * @param meanings description of each arm, in the last column
 * @param suffix of the metrics, which the headings leave out
 */
export function armsTable(
  arms: readonly Arm[],
  metrics: readonly string[],
  meanings?: Readonly<Record<string, string>>,
  suffix = '',
): Table {
  const figures = metrics.map((metric) => [metric, (arm: Arm) => figure(arm, metric + suffix)])
  return tableOf<Arm>(
    arms,
    {
      arm: ({ name }) => name,
      ...Object.fromEntries(figures),
      ...(meanings && { 'what it is': ({ name }) => meanings[name] ?? '' }),
    },
    meanings !== undefined,
  )
}
