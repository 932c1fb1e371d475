/** @module The comparison of updates period by period as text for a terminal. */
import type { ArmSummary, Estimate } from '../periods/results.ts'
import type { Work } from '../periods/work.ts'
import type { PeriodsResult } from './periods.ts'

const NAME = 20
const CELL = 24

export function formatPeriods(result: PeriodsResult): string[] {
  const { arms, cases, periods, later, reference, seeds } = result
  const metrics = Object.keys(arms[0].metrics)
  const who = result.next === 'click' ? 'sessions' : 'shoppers whom no training saw'
  const full = arms.find(({ name }) => name === reference)?.work
  return [
    `${result.shop}: ${periods.length} periods from ${periods[0].from} on; updated with one, tested on the next; ${cases.toLocaleString('en-GB')} cases of ${result.shoppers.toLocaleString('en-GB')} ${who}`,
    `means over periods and ${seeds.length} seeds, in per cent; 95 % intervals by bootstrap over ${who}`,
    '',
    ...quality('All tested periods', arms, metrics, reference),
    '',
    ...(later && later.from > 1
      ? [
          ...quality(
            `From tested period ${later.from} on, on which no setting was chosen`,
            later.arms,
            metrics,
            reference,
          ),
          '',
        ]
      : []),
    `Cost of all updates after the first training, and its share of ${reference}'s`,
    row('', ['events read', 'cases described', 'rows × steps', 'CPU seconds']),
    ...arms.map(({ name, work }) => row(name, costs(work, full))),
    'The last of them alone',
    ...arms.map(({ name, lastWork }) =>
      row(name, costs(lastWork, arms.find((arm) => arm.name === reference)?.lastWork)),
    ),
    '',
    `${metrics[0]} of each tested period`,
    ...arms.map(
      ({ name, byPeriod }) =>
        `  ${name.padEnd(NAME)}${byPeriod.map((of) => percent(of[metrics[0]]).padStart(6)).join('')}`,
    ),
    '',
    ...arms.map(({ name, describe }) => `  ${name.padEnd(NAME)}${describe}`),
  ]
}

function quality(
  title: string,
  arms: readonly ArmSummary[],
  metrics: readonly string[],
  reference: string,
): string[] {
  const heads = metrics.flatMap((name) => [name, `over ${reference}`])
  return [
    title,
    row('', [...heads, 'seeds ±']),
    ...arms.map((arm) =>
      row(arm.name, [
        ...metrics.flatMap((name) => [
          interval(arm.metrics[name]),
          arm.overReference ? interval(arm.overReference[name], true) : '',
        ]),
        percent(arm.seedDeviation[metrics[0]]),
      ]),
    ),
  ]
}

function costs(work: Work, full: Work | undefined): string[] {
  const share = (value: number, of: number | undefined) =>
    of !== undefined && of > 0 ? ` (${((100 * value) / of).toFixed(1)} %)` : ''
  return [
    `${thousands(work.events)}${share(work.events, full?.events)}`,
    `${thousands(work.cases)}${share(work.cases, full?.cases)}`,
    // A full training of the ranker doesn't say how many.
    full?.rows ? `${thousands(work.rows)}${share(work.rows, full.rows)}` : '',
    `${work.seconds.toFixed(1)}${share(work.seconds, full?.seconds)}`,
  ]
}

function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(CELL)).join('')}`.trimEnd()
}

function interval({ mean, lo, hi }: Estimate, signed = false): string {
  const text = (value: number) => `${signed && value > 0 ? '+' : ''}${percent(value)}`
  return `${text(mean)} [${text(lo)}, ${text(hi)}]`
}

function percent(value: number): string {
  return (100 * value).toFixed(2).replace('-', '−')
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}
