/**
 * @module Chooses a baseline's parameters on training shoppers, one parameter at a time, by mean
 * NDCG@10: a baseline that nobody tuned is no opponent.
 */

import { ndcg, placesOf } from '../train/metrics.ts'
import type { BaselineContext, TunableArm } from './baselines.ts'

export interface TuningCase extends BaselineContext {
  readonly targets: readonly number[]
}

export interface Tuned<P> {
  readonly parameters: P
  /** Mean NDCG@10 over the tuning cases with these parameters; 0 without cases. */
  readonly quality: number
}

/** Rounds over all parameters; a second one lets them settle together. */
const SWEEPS = 2

/** Ties keep the earlier choice, so the result is deterministic. Without cases: the start. */
export function tune<P extends object>(
  arm: TunableArm<P>,
  cases: readonly TuningCase[],
  items: number,
): Tuned<P> {
  const out = new Float32Array(items)
  const quality = (parameters: P) => {
    let sum = 0
    for (const context of cases) {
      arm.score(parameters, context, out)
      sum += ndcg(placesOf(out, context.targets), 10)
    }
    return cases.length > 0 ? sum / cases.length : 0
  }
  let best = arm.start
  let highest = quality(best)
  if (cases.length === 0) return { parameters: best, quality: 0 }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const name of Object.keys(arm.grid) as (keyof P)[]) {
      for (const value of arm.grid[name]) {
        if (value === best[name]) continue
        const candidate = { ...best, [name]: value }
        const reached = quality(candidate)
        if (reached > highest) {
          best = candidate
          highest = reached
        }
      }
    }
  }
  return { parameters: best, quality: highest }
}
