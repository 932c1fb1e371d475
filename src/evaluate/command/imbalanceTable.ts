/** @module The comparison of ways to meet class imbalance as text for a terminal. */

import { METHOD_MEANINGS } from '../../core/personal/imbalance/rebalance.ts'
import { type ImbalanceArm, THRESHOLD } from '../prequential/imbalance.ts'
import type { Difference } from '../prequential/intervals.ts'
import type { ImbalanceResult } from './imbalance.ts'

const NAME = 20
const CELL = 11
const WIDE = 24

export function formatImbalance(result: ImbalanceResult): string[] {
  const { shop, shoppers, cases, until, examples, positives, seeds, arms } = result
  const learners = [...new Set(arms.map(({ learner }) => learner))]
  return [
    `${shop}: ${shoppers} held-out shoppers, ${cases} cases from ${until} on, ${examples} candidates, ${(100 * positives).toFixed(1)} % bought; test, then train on batches of 20 cases.`,
    `Means over ${seeds.length} seeds; 95 % intervals over shoppers, every row on the same draws; the first fifth is not judged.`,
    ...learners.flatMap((learner) => {
      const own = arms.filter((arm) => arm.learner === learner)
      return [
        '',
        `${learner}: precision, recall, F1 and accuracy at probability ${THRESHOLD}; best F1 at the threshold that the first fifth chose`,
        row('', ['PR-AUC', 'log-loss', 'ECE', 'precision', 'recall', 'F1', 'accuracy', 'best F1']),
        ...own.map((arm) =>
          row(nameOf(arm), [
            fixed(arm.prAuc),
            fixed(arm.logLoss),
            fixed(arm.ece),
            fixed(arm.atHalf.precision),
            fixed(arm.atHalf.recall),
            fixed(arm.atHalf.f1),
            fixed(arm.atHalf.accuracy),
            fixed(arm.bestF1),
          ]),
        ),
        `${learner}, less the same without any of it`,
        row('', ['Δ PR-AUC', 'Δ log-loss', 'Δ ECE'].map(wide)),
        ...own.slice(1).map((arm) =>
          row(
            nameOf(arm),
            (['prAuc', 'logLoss', 'ece'] as const).map((metric) =>
              wide(change(arm.difference[metric])),
            ),
          ),
        ),
      ]
    }),
    '',
    ...Object.entries(METHOD_MEANINGS).map(([method, meaning]) => `  ${method}: ${meaning}`),
    '  corrected: probabilities brought back to the share that is bought (Bayes’ rule)',
  ]
}

function nameOf({ method, corrected }: ImbalanceArm): string {
  return corrected ? `${method}, corrected` : method
}

function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(CELL)).join('')}`.trimEnd()
}

function wide(cell: string): string {
  return cell.padStart(WIDE)
}

function fixed(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function change({ difference, lo, hi }: Difference): string {
  const signed = (value: number) =>
    `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4).replace(/^0/, '')}`
  return `${signed(difference)} [${signed(lo)}, ${signed(hi)}]`
}
