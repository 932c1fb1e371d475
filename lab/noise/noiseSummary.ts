/** @module From noisy walks to the table: quality at each share of noise, cleaned or not. */
import { createRandom } from '../../src/core/model/random.ts'
import {
  type Lift,
  type PairedValues,
  pairedBootstrap,
  weightedMean,
} from '../../src/evaluate/bootstrap.ts'
import type { CleanerName } from './cleaners.ts'
import type { NoiseSetting, NoisyCase } from './noisyWalk.ts'

export interface NoiseRow {
  readonly share: number
  readonly cleaner: CleanerName
  /** NDCG@10, means over shoppers. */
  readonly base: number
  readonly personal: number
  /** base-fresh against the same without noise and without cleaning; absent where that is at 0. */
  readonly baseChange?: Lift
  readonly personalChange?: Lift
  /** personal over base-fresh under this setting. */
  readonly learning?: Lift
}

/** @param shoppers cases of each; the first setting is the log as it came. */
export function summariseNoise(
  settings: readonly NoiseSetting[],
  shoppers: readonly (readonly NoisyCase[])[],
  seed: number,
): NoiseRow[] {
  const means = settings.map((_, k) => ({
    base: perShopper(shoppers, ({ base }) => base[k]),
    personal: perShopper(shoppers, ({ personal }) => personal[k]),
  }))
  const weights = new Float64Array(shoppers.length).fill(1)
  const against = (values: Float64Array, over: Float64Array): PairedValues => ({
    values,
    over,
    weights,
  })
  const pairs = means.flatMap(({ base, personal }) => [
    against(base, means[0].base),
    against(personal, means[0].personal),
    against(personal, base),
  ])
  const lifts = pairedBootstrap(pairs, shoppers.length, createRandom(seed))
  return settings.map(({ share, cleaner }, k) => {
    const [baseChange, personalChange, learning] = lifts.slice(3 * k, 3 * k + 3)
    return {
      share,
      cleaner,
      base: weightedMean(means[k].base, weights),
      personal: weightedMean(means[k].personal, weights),
      ...(baseChange ? { baseChange } : {}),
      ...(personalChange ? { personalChange } : {}),
      ...(learning ? { learning } : {}),
    }
  })
}

function perShopper(
  shoppers: readonly (readonly NoisyCase[])[],
  value: (one: NoisyCase) => number,
): Float64Array {
  return Float64Array.from(
    shoppers,
    (own) => own.reduce((sum, one) => sum + value(one), 0) / own.length,
  )
}
