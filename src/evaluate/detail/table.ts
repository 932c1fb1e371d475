/** @module λ and calibration as text for a terminal; the page of `--html` has all of the detail. */
import { formatLift } from '../table.ts'
import type { Detail, FusionPoint } from './detail.ts'

export function formatDetail({ fusion, calibration }: Detail): string[] {
  const { fixed, adaptive } = fusion
  const errors = calibration.map(({ arm, ece }) => `${arm} ${decimal(ece)}`)
  return [
    'How much of what was learned to use: λ, fixed for everybody or adapted (no guard here)',
    `  ${'λ'.padEnd(9)}${'mean'.padStart(6)}${'ndcg@10'.padStart(10)}${'nll'.padStart(9)}   NDCG@10 over λ = 0`,
    ...fixed.map((point) => row(point.weight.toFixed(1), point)),
    `${row('shipped', adaptive.shipped)}   the population's λ, less where a shopper gave little`,
    `${row('own', adaptive.own)}   from there on by the shopper's own earlier cases`,
    '',
    `Calibration over all items, expected error: ${errors.join(', ')}`,
  ]
}

function row(name: string, point: FusionPoint): string {
  const cells = [
    point.weight.toFixed(2).padStart(6),
    decimal(point['ndcg@10']).padStart(10),
    point.nll.toFixed(3).padStart(9),
  ]
  return `  ${name.padEnd(9)}${cells.join('')}   ${formatLift(point.lift).padEnd(22)}`.trimEnd()
}

function decimal(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}
