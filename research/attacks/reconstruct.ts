/** @module Attacks that guess from an update which of many products a shopper bought. */
import { discreteGaussianNoise } from '@nearside/aggregate/privacy/discreteGaussian.ts'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { noiseVariance } from '@nearside/aggregate/protocol/policy.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { createCandidates } from '@nearside/core/learning/candidates.ts'
import { sharedDelta } from '@nearside/core/learning/sharedUpdate.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { normalCdf } from '@nearside/core/normal.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Attack, centered, type Given, judged } from './attacks.ts'
import { createDevice, direction } from './device.ts'
import { mostByChance } from './score.ts'

/** Largest number of products among which the attacker searches for the bought one. */
const PRODUCTS = 100

/**
 * Possible updates of a shopper who viewed three products and then bought a highly ranked product. There is one update
 * for each product that they may have bought. (Products with lower ranks all give the same update.)
 */
export function updatesOf(model: BaseModel, random: Random): Float32Array[] {
  const bought = Date.UTC(2026, 0, 5, 12)
  const looked = Array.from({ length: 3 }, (_, at): Interaction => {
    const item = random.integer(model.itemIds.length)
    return { item, name: 'view_item', time: bought - DAY + at * 60_000, session: 'before' }
  })
  const { items } = createCandidates(model)(looked, bought)
  return items.slice(0, PRODUCTS).map((item) => {
    const purchase = { item, name: 'purchase', time: bought, session: 'order' } as const
    return sharedDelta(model, [...looked, purchase], bought + DAY)
  })
}

/** Updates under a hostile catalog or model: each product's update has its own direction and the largest length. */
export const hostileUpdates = ({ terms, random }: Given): Float64Array[] =>
  Array.from({ length: PRODUCTS }, () => direction(random).map((x) => x * terms.clipNorm))

/**
 * An attacker knows which update each product would cause, and looks for the bought product. The attacker sees the
 * update itself, or one server's share, or the sum of a round in which one server and all other devices collude.
 */
export async function reconstruct(
  { terms, random, trials, progress }: Given,
  name: string,
  updates: readonly ArrayLike<number>[],
): Promise<Attack[]> {
  const { send } = await createDevice(terms)
  const variance = noiseVariance(terms)
  const made: Float64Array[] = []
  for (const update of updates) made.push(centered((await send(update, cryptoRandomBytes)).plain))
  const nearest = (seen: ArrayLike<number>, all: readonly ArrayLike<number>[]) => {
    const apart = all.map((one) =>
      Array.from(one).reduce((sum, x, i) => sum + (x - seen[i]) ** 2, 0),
    )
    return apart.indexOf(Math.min(...apart))
  }
  const found = { plain: 0, share: 0, sum: 0 }
  for (let trial = 0; trial < trials; trial++) {
    if (trial % 100 === 0) progress(trial)
    const bought = random.integer(updates.length)
    const sent = await send(updates[bought], cryptoRandomBytes)
    const noise = await discreteGaussianNoise(variance, made[0].length)
    const noised = centered(sent.plain).map((x, i) => x + noise[i])
    if (nearest(updates[bought], updates) === bought) found.plain++
    if (nearest(centered(sent.leader), made) === bought) found.share++
    if (nearest(noised, made) === bought) found.sum++
  }
  const one = 1 / updates.length
  const allowed = normalCdf(normalQuantile(one) + 1 / terms.noiseMultiplier)
  const row = (by: string, hits: number, most: number) =>
    judged({
      name: `${name}, by ${by}`,
      measure: `found, of ${updates.length}`,
      trials,
      unprotected: found.plain / trials,
      ours: hits / trials,
      ceiling: mostByChance(most, trials),
    })
  return [
    row('the leader’s share', found.share, one),
    row('the sum of a round, all else known', found.sum, allowed),
  ]
}

/** Quantile of the standard normal distribution for `p` in (0, 1), found by bisection. */
function normalQuantile(p: number): number {
  let [low, high] = [-38, 38]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (normalCdf(middle) < p) low = middle
    else high = middle
  }
  return high
}
