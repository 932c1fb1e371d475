/** @module The comparison of incremental learners as text for a terminal. */
import type { IncrementalResult } from './incremental.ts'

const NAME = 18
const CELL = 11

export function formatIncremental(result: IncrementalResult): string[] {
  const { arms, weights, strategies, change } = result
  return [
    `${result.shop}: ${result.shoppers} held-out shoppers, ${result.cases} cases from ${result.until} on, in time order; test, then train.`,
    `${result.examples} candidates (the base's first ones of each case), ${(100 * result.positives).toFixed(1)} % bought. Seed ${result.seed}.`,
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
    `Weights in the combination at the end: ${Object.entries(weights)
      .map(([name, weight]) => `${name} ${weight.toFixed(2)}`)
      .join(', ')}`,
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
