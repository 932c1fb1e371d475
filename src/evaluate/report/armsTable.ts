/** @module Tables of the arms (compared rankings) with their figures, and of the lifts between arms, in all reports. */
import type { Arm, NamedLift } from '../results.ts'
import { decimal, estimate, fixed, lift } from './numbers.ts'
import { type Part, type Table, tableOf } from './report.ts'

/** Figure with its interval, if it has an interval; a dash if the arm has no such metric. */
function figure(arm: Arm, metric: string): string {
  const [mean, lo, hi] = [metric, `${metric}:lo`, `${metric}:hi`].map((name) => arm[name])
  if (typeof mean !== 'number') return '–'
  if (typeof lo === 'number' && typeof hi === 'number') return estimate({ mean, lo, hi })
  return metric.startsWith('nll') ? fixed(mean, 3) : decimal(mean)
}

/**
 * @param metrics names of the metrics, which get one column each
 * @param meanings description of each arm, in the last column
 * @param suffix suffix of the metrics' names, which the headings leave out
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

/** One row for each pair of arms, and one column for each metric that they are compared in. */
export function liftsPart(lifts: readonly NamedLift[]): Part {
  const pairOf = ({ arm, over }: NamedLift) => `${arm} over ${over}`
  const metrics = [...new Set(lifts.map(({ metric }) => metric))]
  const found = (pair: string, metric: string) =>
    lifts.find((one) => pairOf(one) === pair && one.metric === metric)
  return {
    title: 'Lifts, 95 % intervals by paired bootstrap',
    table: tableOf([...new Set(lifts.map(pairOf))], {
      arm: (pair) => pair,
      ...Object.fromEntries(
        metrics.map((metric) => [metric, (pair: string) => lift(found(pair, metric))]),
      ),
    }),
  }
}
