/** @module The comparison of update strategies as text for a terminal. */
import type { Estimate, Recovery } from '../strategies/compare.ts'
import type { StrategiesResult } from './strategies.ts'

const NAME = 14
const CELL = 26

export function formatStrategies(result: StrategiesResult): string[] {
  const { arms, shoppers, cases, seeds } = result
  return [
    `${result.shop}: ${shoppers} held-out shoppers, ${cases} cases from ${result.until} on, ${seeds.length} seeds; test, then learn what the strategy says`,
    '95 % intervals by bootstrap over shoppers; a page closed before it is idle: what waits for a pause is not learned',
    '',
    'With their own past',
    row('', ['NDCG@10', 'over no learning', 'nll', 'seeds ±']),
    ...arms.map(({ name, own, seedDeviation }) =>
      row(name, [text(own.ndcg), text(own.over, true), text(own.nll), seedDeviation.toFixed(5)]),
    ),
    '',
    "Interest changes at once: the past is another shopper's",
    row('', ['NDCG@10', 'over no learning', 'nll', 'events to ½', 'events to nine tenths']),
    ...arms.map(({ name, changed, half, most }) =>
      row(name, [
        text(changed.ndcg),
        text(changed.over, true),
        text(changed.nll),
        recovered(half),
        recovered(most),
      ]),
    ),
    'Median events until the likelihood has regained that much of what the wrong past cost it',
    '(followed within the tested cases / hurt by the change).',
    '',
    'Cost of an event',
    row('', ['fits', 'gradient steps', 'milliseconds']),
    ...arms.map((one) =>
      row(one.name, [
        one.fitsPerEvent.toFixed(3),
        one.stepsPerEvent.toFixed(2),
        one.millisecondsPerEvent.toFixed(1),
      ]),
    ),
  ]
}

function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(CELL)).join('')}`.trimEnd()
}

function text({ mean, lo, hi }: Estimate, signed = false): string {
  const number = (value: number) =>
    `${signed && value > 0 ? '+' : ''}${value
      .toFixed(4)
      .replace('-', '−')
      .replace(/(^|[+−])0\./, '$1.')}`
  return `${number(mean)} [${number(lo)}, ${number(hi)}]`
}

function recovered({ median, lo, hi, hurt, followed }: Recovery): string {
  const number = (value: number | null) => (value === null ? 'never' : String(value))
  return `${number(median)} [${number(lo)}, ${number(hi)}] (${followed}/${hurt})`
}
