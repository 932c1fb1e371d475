/** @module `--protocol noise`: planted misclicks and scripts: found by what, and at what cost. */
import type { Detection } from '../../evaluation/noise/detection.ts'
import { detect } from '../../evaluation/noise/detection.ts'
import { type NoiseRow, summariseNoise } from '../../evaluation/noise/noiseSummary.ts'
import type { NoisyCase } from '../../evaluation/noise/noisyWalk.ts'
import {
  isScripted,
  noiseSettings,
  noiseShoppers,
  noisyLog,
  shopLog,
} from '../../evaluation/noise/prepareNoise.ts'
import { tuneBaselines } from '../../evaluation/prepare.ts'
import { NearsideError } from '../../protocol/error.ts'
import type { CommandContext } from '../command.ts'
import { load, type Question } from './load.ts'
import { formatNoise } from './noiseTable.ts'
import { inProcesses } from './walkInProcesses.ts'

/** What `--json` holds. */
export interface NoiseResult {
  readonly protocol: 'noise'
  readonly shop: string
  readonly until: string
  readonly seed: number
  readonly shoppers: number
  readonly cases: number
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
  const result: NoiseResult = {
    protocol: 'noise',
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    shoppers: shoppers.length,
    cases: walked.reduce((sum, own) => sum + own.length, 0),
    detection,
    detectionShare,
    ranking: summariseNoise(noiseSettings(shares), walked, input.seed),
  }
  for (const line of formatNoise(result)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  return result
}
