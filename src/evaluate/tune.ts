/**
 * @module Chooses a baseline's parameters on training shoppers, one parameter at a time, by mean NDCG@10. An untuned
 * baseline would be too weak a comparison.
 */

import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import { requireFinite } from './armFailures.ts'
import type { BaselineContext, TunableArm } from './baselines.ts'

export interface TuningCase extends BaselineContext {
  readonly targets: readonly number[]
  /** Item that is not ranked; null: every item is. */
  readonly hidden: number | null
  /** Weight of the case in the mean, as in the report. */
  readonly weight: number
}

export interface Tuned<P extends object = object> {
  readonly parameters: P
  /** Mean NDCG@10 over the tuning cases with these parameters; 0 without cases. */
  readonly quality: number
  /** Reason why tuning failed; the arm then has no scores. */
  readonly failure?: string
}

/** Number of rounds over all parameters; a second round accounts for interactions. */
const SWEEPS = 2
/** Number of values tried past either end of a grid; the last is far from any sensible value. */
const WIDENINGS = 6

/**
 * Tunes an arm. Ties keep the earlier choice, so the result is deterministic. Without cases it keeps the start.
 * @param tried called after each tried choice
 */
export function tune<P extends object>(
  arm: TunableArm<P>,
  cases: readonly TuningCase[],
  items: number,
  tried?: () => void,
): Tuned<P> {
  try {
    return climb(arm, cases, items, tried)
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return { parameters: arm.start, quality: 0, failure }
  }
}

function climb<P extends object>(
  arm: TunableArm<P>,
  cases: readonly TuningCase[],
  items: number,
  tried?: () => void,
): Tuned<P> {
  const out = new Float32Array(items)
  const excluded = new Uint8Array(items)
  const total = cases.reduce((sum, { weight }) => sum + weight, 0)
  const quality = (parameters: P) => {
    let sum = 0
    for (const context of cases) {
      arm.score(parameters, context, out)
      requireFinite(JSON.stringify(parameters), out)
      const { hidden, targets, weight } = context
      if (hidden !== null) excluded[hidden] = 1
      sum += weight * ndcg(placesOf(out, targets, excluded), 10)
      if (hidden !== null) excluded[hidden] = 0
    }
    tried?.()
    return sum / total
  }
  if (cases.length === 0) return { parameters: arm.start, quality: 0 }
  let best = arm.start
  let highest = quality(best)
  const attempt = <K extends keyof P>(name: K, value: P[K]) => {
    if (value === best[name]) return
    const candidate = { ...best, [name]: value }
    const reached = quality(candidate)
    if (reached > highest) {
      best = candidate
      highest = reached
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const name of Object.keys(arm.grid) as (keyof P)[]) {
      for (const value of arm.grid[name]) attempt(name, value)
      let numbers: readonly number[] = arm.grid[name].flatMap((value) =>
        typeof value === 'number' ? [value] : [],
      )
      for (let widened = 0; widened < WIDENINGS; widened++) {
        const value = beyond(numbers, Number(best[name]), arm.below?.[name])
        if (value === null) break
        attempt(name, value as P[keyof P])
        if (best[name] !== value) break
        numbers = [...numbers, value].sort((a, b) => a - b)
      }
    }
  }
  return { parameters: best, quality: highest }
}

/**
 * Next value past the end of a grid where the best value lies, by the ratio of the last two values.
 * Goes halfway to `below` instead of passing it. Null inside the grid, or where its end is 0.
 */
function beyond(
  numbers: readonly number[],
  best: number,
  below = Number.POSITIVE_INFINITY,
): number | null {
  const [first, second] = numbers
  const [last, before] = [...numbers].reverse()
  if (best === first && first > 0) return first ** 2 / second
  if (best !== last || numbers.length < 2) return null
  const next = Number((last ** 2 / before).toPrecision(2))
  return next < below ? next : (last + below) / 2
}
