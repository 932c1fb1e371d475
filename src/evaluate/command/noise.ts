/** @module `--protocol noise`: planted misclicks and scripts: found by what, and at what cost. */

import type { CommandContext } from '../../cli/command.ts'
import { NearsideError } from '../../core/error.ts'
import type { Lift } from '../bootstrap.ts'
import type { Envelope, NamedLift } from '../envelope.ts'
import type { Detection } from '../noise/detection.ts'
import { detect } from '../noise/detection.ts'
import { type NoiseRow, summariseNoise } from '../noise/noiseSummary.ts'
import type { NoisyCase } from '../noise/noisyWalk.ts'
import {
  isScripted,
  noiseSettings,
  noiseShoppers,
  noisyLog,
  shopLog,
} from '../noise/prepareNoise.ts'
import { tuneBaselines } from '../prepare.ts'
import { load, type Question } from './load.ts'
import { formatNoise } from './noiseTable.ts'
import { inProcesses } from './walkInProcesses.ts'

/** What `--json` holds. */
export interface NoiseResult extends Envelope {
  readonly protocol: 'noise'
  /** Of `ranking`: `personal` on the log as it came, `personal@misclicks=0.2,cleaner=rules` and so on. */
  readonly arms: readonly { readonly name: string; readonly 'ndcg@10': number }[]
  /** At `detectionShare` misclicks, with one visit of each script on every tenth device. */
  readonly detection: readonly Detection[]
  readonly detectionShare: number
  readonly ranking: readonly NoiseRow[]
}

export const DEFAULT_SHARES = '0.1,0.2,0.4'

/** @throws NearsideError `input-invalid` */
export function parseShares(text: string): number[] {
  const shares = text.split(',').map(Number)
  if (shares.every((share) => share > 0 && share <= 1)) return shares
  throw new NearsideError(
    'input-invalid',
    `--misclicks ${text}: shares above 0, up to 1, between commas`,
  )
}

export async function evaluateNoise(
  question: Question,
  shares: readonly number[],
  { progress, print, signal }: CommandContext,
): Promise<NoiseResult> {
  const { shop, input, notes } = await load(question)
  const shoppers = noiseShoppers(input)
  progress.update('planting noise', 0, 1)
  const { draw, usualOf } = shopLog(input)
  const detectionShare = shares[Math.floor((shares.length - 1) / 2)]
  const logs = shoppers.map(({ shopper }, k) =>
    noisyLog(shopper, detectionShare, isScripted(k), draw, input.seed + k),
  )
  const detection = detect(logs, usualOf(detectionShare, true))
  const walked = await inProcesses<NoisyCase>(
    'noiseWalker',
    { question, tuned: tuneBaselines(input), shares },
    shoppers.length,
    signal,
    (done) => progress.update('walking shoppers', done, shoppers.length),
  )
  progress.clear()
  const ranking = summariseNoise(noiseSettings(shares), walked, input.seed)
  const result: NoiseResult = {
    protocol: 'noise',
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    shoppers: shoppers.length,
    cases: walked.reduce((sum, own) => sum + own.length, 0),
    detection,
    detectionShare,
    ranking,
    arms: ranking.flatMap((row) =>
      (
        [
          ['base-fresh', row.base],
          ['personal', row.personal],
        ] as const
      ).map(([arm, ndcg]) => ({ name: noisyName(arm, row), 'ndcg@10': ndcg })),
    ),
    lifts: ranking.flatMap(liftsOfRow),
    shoppersWorse: null,
  }
  for (const line of formatNoise(result)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  return result
}

type Ranked = 'base-fresh' | 'personal'

function noisyName(arm: Ranked, { share, cleaner }: Pick<NoiseRow, 'share' | 'cleaner'>): string {
  return share === 0 && cleaner === 'none' ? arm : `${arm}@misclicks=${share},cleaner=${cleaner}`
}

/** Over the log as it came, and personal over base-fresh on the same log. */
function liftsOfRow(row: NoiseRow, place: number): NamedLift[] {
  const named = (arm: Ranked, over: string, lift: Lift | undefined): NamedLift[] =>
    lift ? [{ arm: noisyName(arm, row), over, metric: 'ndcg@10', ...lift }] : []
  return [
    ...(place > 0
      ? [
          ...named('base-fresh', 'base-fresh', row.baseChange),
          ...named('personal', 'personal', row.personalChange),
        ]
      : []),
    ...named('personal', noisyName('base-fresh', row), row.learning),
  ]
}
