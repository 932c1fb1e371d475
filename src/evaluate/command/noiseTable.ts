/** @module The noise experiment as text for a terminal. */
import { NOISE_KINDS, type NoiseKind } from '../noise/simulate.ts'
import { formatLift } from '../table.ts'
import type { NoiseResult } from './noise.ts'

const KINDS = Object.keys(NOISE_KINDS) as NoiseKind[]
const NAME = 24

export function formatNoise(result: NoiseResult): string[] {
  const { shop, shoppers, cases, until, detection, detectionShare, ranking, seed } = result
  return [
    `${shop}: ${shoppers} held-out shoppers, ${cases} cases from ${until} on; what was bought is the log's, looks and noise are simulated. Seed ${seed}.`,
    '',
    `Planted into each device's log: misclicks, ${percent(detectionShare)} of its item entries, and into every tenth one visit of each script. Found:`,
    `  ${''.padEnd(NAME)}${['precision', ...KINDS, 'own looks lost'].map(wide).join('')}`,
    ...detection.map(
      ({ cleaner, precision, recall, lost }) =>
        `  ${cleaner.padEnd(NAME)}${[
          precision === null ? '–' : percent(precision),
          ...KINDS.map((kind) => percent(recall[kind])),
          percent(lost),
        ]
          .map(wide)
          .join('')}`,
    ),
    ...detection
      .filter(({ dropped }) => Object.keys(dropped).length > 1)
      .map(({ cleaner, dropped }) => `  ${cleaner} dropped ${reasons(dropped)}`),
    ...KINDS.map((kind) => `  ${kind}: ${NOISE_KINDS[kind]}`),
    '',
    'Ranking with misclicks in the history, NDCG@10; changes against the log without noise',
    `  ${'misclicks'.padEnd(11)}${'cleaned by'.padEnd(NAME)}${'base-fresh'.padEnd(36)}${'personal'.padEnd(36)}personal over base-fresh`,
    ...ranking.map(
      ({ share, cleaner, base, personal, baseChange, personalChange, learning }) =>
        `  ${percent(share).padEnd(11)}${cleaner.padEnd(NAME)}${`${decimal(base)}  ${formatLift(baseChange)}`.padEnd(36)}${`${decimal(personal)}  ${formatLift(personalChange)}`.padEnd(36)}${formatLift(learning)}`,
    ),
  ]
}

function wide(cell: string): string {
  return ` ${cell.padStart(13)}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function decimal(value: number): string {
  return value.toFixed(4).replace(/^0/, '')
}

function reasons(dropped: Readonly<Record<string, number>>): string {
  return Object.entries(dropped)
    .map(([reason, events]) => `${events.toLocaleString('en-GB')} (${reason})`)
    .join(', ')
}
