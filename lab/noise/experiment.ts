/** @module What does planted noise cost the ranking, what finds it, and what wins it back? */
import { NearsideError } from '../../src/core/error.ts'
import { load } from '../../src/evaluate/load.ts'
import { inProcesses } from '../../src/evaluate/processes.ts'
import { decimal, lift, share as percent } from '../../src/evaluate/report/numbers.ts'
import { step } from '../../src/evaluate/steps.ts'
import { type Experiment, head } from '../experiment.ts'
import { detect } from './detection.ts'
import { summariseNoise } from './noiseSummary.ts'
import type { NoisyCase } from './noisyWalk.ts'
import { isScripted, noiseSettings, noiseShoppers, noisyLog, shopLog } from './prepareNoise.ts'
import { NOISE_KINDS, type NoiseKind } from './simulate.ts'
import type { NoiseOrder } from './walker.ts'

const DEFAULT_SHARES = '0.1,0.2,0.4'
const KINDS = Object.keys(NOISE_KINDS) as NoiseKind[]

export const experiment: Experiment = {
  asks: 'misclicks and scripts planted into the log: what finds them, what they cost, what cleaning wins back',
  async run(asked, steps) {
    const { question } = asked
    const shares = parseShares(asked.options.misclicks ?? DEFAULT_SHARES)
    const { shop, input, notes } = await load(question)
    const shoppers = noiseShoppers(input)
    await step(steps, 'planting noise', 0, 1)
    const { draw, usualOf } = shopLog(input)
    const detectionShare = shares[Math.floor((shares.length - 1) / 2)]
    const logs = shoppers.map(({ shopper }, k) =>
      noisyLog(shopper, detectionShare, isScripted(k), draw, input.seed + k),
    )
    const detection = detect(logs, usualOf(detectionShare, true))
    const order: NoiseOrder = { question, shares }
    const walker = new URL('./walker.ts', import.meta.url)
    const walked = await inProcesses<NoisyCase>(walker, order, shoppers.length, steps)
    const ranking = summariseNoise(noiseSettings(shares), walked, input.seed)
    const cases = walked.reduce((sum, own) => sum + own.length, 0)
    return {
      result: {
        protocol: 'noise',
        ...head(asked, shop.name, input.until),
        shoppers: shoppers.length,
        cases,
        detectionShare,
        detection,
        ranking,
      },
      report: {
        title: `Noise: ${shop.name}`,
        lead: [
          `${shoppers.length} held-out shoppers, ${cases} cases; what was bought is the log's, looks and noise are simulated`,
          ...KINDS.map((kind) => `${kind}: ${NOISE_KINDS[kind]}`),
        ],
        parts: [
          {
            title: `Found: misclicks, ${percent(detectionShare)} of a device's item entries, and on every tenth device one visit of each script`,
            table: {
              columns: ['cleaned by', 'precision', ...KINDS, 'own looks lost'],
              rows: detection.map(({ cleaner, precision, recall, lost }) => [
                cleaner,
                precision === null ? '–' : percent(precision),
                ...KINDS.map((kind) => percent(recall[kind])),
                percent(lost),
              ]),
            },
          },
          {
            title:
              'Ranking with misclicks in the history, NDCG@10; changes against the log without noise',
            table: {
              columns: [
                'misclicks',
                'cleaned by',
                'base-fresh',
                'change',
                'personal',
                'change',
                'personal over base-fresh',
              ],
              rows: ranking.map((row) => [
                percent(row.share),
                row.cleaner,
                decimal(row.base),
                lift(row.baseChange),
                decimal(row.personal),
                lift(row.personalChange),
                lift(row.learning),
              ]),
            },
          },
        ],
        notes,
      },
    }
  },
}

function parseShares(text: string): number[] {
  const shares = text.split(',').map(Number)
  if (shares.every((share) => share > 0 && share <= 1)) return shares
  throw new NearsideError(
    'input-invalid',
    `--misclicks ${text}: shares above 0, up to 1, between commas`,
  )
}
