/** @module The comparison of incremental learners as text for a terminal. */
import { REFERENCE } from '../prequential/compare.ts'
import type { GridPoint } from '../prequential/fusionGrid.ts'
import type { Difference, Interval } from '../prequential/intervals.ts'
import type { IncrementalResult } from './incremental.ts'

const NAME = 18
const CELL = 11
const WIDE = 24
/** Rows of the weights' course; the JSON has all. */
const WEIGHT_ROWS = 8

export function formatIncremental(result: IncrementalResult): string[] {
  const { arms, weights, strategies, change, seeds, rates } = result
  const stepSizes = [...new Set(result.fusion.map(({ stepSize }) => stepSize))]
  return [
    `${result.shop}: ${result.shoppers} held-out shoppers, ${result.cases} cases from ${result.until} on, in time order; test, then train.`,
    `${result.examples} candidates (the base's first ones of each case), ${(100 * result.positives).toFixed(1)} % bought.`,
    `Means over ${seeds.length} seeds of the network; intervals are 95 %, over shoppers, every arm on the same draws.`,
    `Rates chosen by log-loss on ${rates.cases} cases of training shoppers before ${result.until}: α ${rates.stepSize}, rescaling ${rates.rescaling}, combination η ${rates.combination}.`,
    'The first fifth chooses the threshold (best F1) and is not judged.',
    '',
    'Was the candidate bought?',
    row('', ['PR-AUC', 'log-loss', 'ECE', 'F1', 'precision', 'recall', 'accuracy']),
    ...arms.map((arm) =>
      row(arm.name, [
        fixed(arm.prAuc),
        fixed(arm.logLoss),
        fixed(arm.ece),
        fixed(arm.f1),
        fixed(arm.precision),
        fixed(arm.recall),
        fixed(arm.accuracy),
      ]),
    ),
    '',
    `With intervals, and log-loss and NDCG@10 less those of ${REFERENCE}`,
    row('', ['PR-AUC', 'log-loss', 'ECE', 'Δ log-loss', 'Δ NDCG@10'].map(wide)),
    ...arms.map(({ name, interval, difference }) =>
      row(name, [
        wide(range(interval.prAuc)),
        wide(range(interval.logLoss)),
        wide(range(interval.ece)),
        wide(change4(difference.logLoss)),
        wide(change4(difference['ndcg@10'])),
      ]),
    ),
    '',
    'The same candidates sorted by it, the rest of the catalogue behind them',
    row('', ['NDCG@10', 'hitRate@10', 'recall@20', 'MRR@20']),
    ...arms.map((arm) =>
      row(arm.name, [
        fixed(arm['ndcg@10']),
        fixed(arm['hitRate@10']),
        fixed(arm['recall@20']),
        fixed(arm['mrr@20']),
      ]),
    ),
    '',
    'Weights in the combination as cases come',
    row('cases', Object.keys(weights[0].weights)),
    ...everyFew(weights, WEIGHT_ROWS).map((then) =>
      row(
        String(then.cases),
        Object.values(then.weights).map((weight) => weight.toFixed(2)),
      ),
    ),
    '',
    'How much of each step to keep: λ against α, both fixed; adaptive: both follow, from this α and λ = .5',
    row('', ['log-loss', '', '', 'NDCG@10']),
    row(
      'λ',
      [...stepSizes, ...stepSizes].map((step) => `α ${step}`),
    ),
    ...weightsOf(result.fusion).map((fusionWeight) => {
      const own = result.fusion.filter((point) => point.fusionWeight === fusionWeight)
      return row(String(fusionWeight), [
        ...own.map((point) => fixed(point.logLoss)),
        ...own.map((point) => fixed(point['ndcg@10'])),
      ])
    }),
    '',
    'When to learn (swing: deviation of log-loss between stretches of 50 cases)',
    row('', ['learner', 'PR-AUC', 'log-loss', 'swing', 'updates', 'learned', 'ms/case'], 10),
    ...strategies.map((one) =>
      row(
        one.strategy,
        [
          one.learner,
          fixed(one.prAuc),
          fixed(one.logLoss),
          fixed(one.swing),
          String(one.updates),
          `${one.examplesPerCase.toFixed(0)}/case`,
          one.millisecondsPerCase.toFixed(2),
        ],
        10,
      ),
    ),
    '',
    `Interest turned round at case ${change.at}: AUC within a case, and cases until nine tenths of the fall are regained`,
    row('', ['before', 'after', 'at the end', 'followed', 'ADWIN', 'Page-H.', 'DDM']),
    ...change.arms.map(({ name, before, after, end, followedAfter, noticedAfter, falseAlarms }) =>
      row(name, [
        fixed(before),
        fixed(after),
        fixed(end),
        count(followedAfter),
        alarm(noticedAfter.adwin, falseAlarms.adwin),
        alarm(noticedAfter['page-hinkley'], falseAlarms['page-hinkley']),
        alarm(noticedAfter.ddm, falseAlarms.ddm),
      ]),
    ),
    'Detectors watch the arm: cases until the alarm (+ alarms before, where nothing had changed).',
  ]
}

function row(name: string, cells: readonly string[], width = NAME): string {
  return `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(cellWidth(cell))).join(' ')}`.trimEnd()
}

function cellWidth(cell: string): number {
  return Math.max(CELL, cell.length)
}

function fixed(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function count(value: number | null): string {
  return value === null ? 'never' : String(value)
}

function alarm(noticed: number | null, before: number): string {
  return before > 0 ? `${count(noticed)} (+${before})` : count(noticed)
}

function wide(cell: string): string {
  return cell.padStart(WIDE)
}

function range({ lo, hi }: Interval): string {
  return `[${fixed(lo)}, ${fixed(hi)}]`
}

function change4({ difference, lo, hi }: Difference): string {
  const signed = (value: number) =>
    `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4).replace(/^0/, '')}`
  return `${signed(difference)} [${signed(lo)}, ${signed(hi)}]`
}

function weightsOf(grid: readonly GridPoint[]): GridPoint['fusionWeight'][] {
  return [...new Set(grid.map(({ fusionWeight }) => fusionWeight))]
}

/** At even distances, first and last among them. */
function everyFew<T>(all: readonly T[], few: number): T[] {
  if (all.length <= few) return [...all]
  return Array.from({ length: few }, (_, k) => all[Math.round((k * (all.length - 1)) / (few - 1))])
}
