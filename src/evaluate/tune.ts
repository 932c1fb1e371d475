/**
 * @module Chooses a baseline's parameters on training shoppers, one parameter at a time, by mean NDCG@10. An untuned
 * baseline would be too weak a comparison.
 */

import type { Wanted } from '@nearside/core/features/cases.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { mean, standardError } from '@nearside/train/estimates.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import { requireFinite } from './armFailures.ts'
import type { BaselineContext, TunableArm } from './baselines.ts'

export interface TuningCase extends BaselineContext, Wanted {
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

/** Number of rounds over all parameters; two, because the best value of one parameter depends on the others. */
const SWEEPS = 2
/** Maximum number of values to try beyond the ends of a grid. The last of them is far beyond any sensible value. */
const WIDENINGS = 6

/** Shares of the cases after which tuning gives up a parameter set that is clearly worse than the best set so far. */
const STAGES = [1 / 8, 1 / 4, 1 / 2, 1] as const
/** Minimum number of cases before tuning gives up a parameter set. */
const LEAST_CASES = 100
/** Difference, in standard errors, that makes a parameter set clearly worse. */
const CLEARLY = 3

/**
 * Tunes an arm. The search begins at the start parameters that rank best. In a tie the earlier parameters stay, so the
 * result is deterministic. Without cases, the result is the arm's own start parameters.
 * @param nested further start parameters, with which the arm equals simpler arms, so that the tuned arm never ranks the
 * tuning cases worse than those arms do
 * @param tried called with the share of the parameter values that were tried, up to 1
 */
export function tune<P extends object>(
  arm: TunableArm<P>,
  cases: readonly TuningCase[],
  items: number,
  nested: readonly P[] = [],
  tried: (share: number) => void = () => {},
): Tuned<P> {
  try {
    return climb(arm, inRandomOrder(cases, createRandom(1)), items, [arm.start, ...nested], tried)
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return { parameters: arm.start, quality: 0, failure }
  }
}

function climb<P extends object>(
  arm: TunableArm<P>,
  cases: readonly TuningCase[],
  items: number,
  starts: readonly P[],
  tried: (share: number) => void,
): Tuned<P> {
  const out = new Float32Array(items)
  const excluded = new Uint8Array(items)
  const total = cases.reduce((sum, { weight }) => sum + weight, 0)
  const gain = (parameters: P, context: TuningCase) => {
    arm.score(parameters, context, out)
    requireFinite(JSON.stringify(parameters), out)
    const { hidden, targets, weight } = context
    if (hidden !== null) excluded[hidden] = 1
    const reached = ndcg(placesOf(out, targets, excluded), 10)
    if (hidden !== null) excluded[hidden] = 0
    return (weight * reached) / total
  }
  if (cases.length === 0) return { parameters: arm.start, quality: 0 }
  let best = { parameters: arm.start, quality: Number.NEGATIVE_INFINITY, gains: [] as number[] }
  const known = new Set<string>()
  const race = (parameters: P) => {
    const key = JSON.stringify(parameters)
    if (known.has(key)) return
    known.add(key)
    const gains: number[] = []
    for (const stage of STAGES) {
      while (gains.length < stage * cases.length) gains.push(gain(parameters, cases[gains.length]))
      if (best.gains.length > 0 && isBehind(gains, best.gains)) break
    }
    const quality = gains.reduce((sum, one) => sum + one, 0)
    if (gains.length === cases.length && quality > best.quality)
      best = { parameters, quality, gains }
  }
  for (const start of starts) race(start)
  const attempt = <K extends keyof P>(name: K, value: P[K]) => {
    if (value !== best.parameters[name]) race({ ...best.parameters, [name]: value })
  }
  const names = Object.keys(arm.grid) as (keyof P)[]
  const values = names.reduce((sum, name) => sum + arm.grid[name].length, 0)
  let done = 0
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const name of names) {
      for (const value of arm.grid[name]) {
        attempt(name, value)
        tried(++done / (SWEEPS * values))
      }
      let numbers: readonly number[] = arm.grid[name].flatMap((value) =>
        typeof value === 'number' ? [value] : [],
      )
      for (let widened = 0; widened < WIDENINGS; widened++) {
        const value = beyond(numbers, Number(best.parameters[name]), arm.below?.[name])
        if (value === null) break
        attempt(name, value as P[keyof P])
        if (best.parameters[name] !== value) break
        numbers = [...numbers, value].sort((a, b) => a - b)
      }
    }
  }
  return { parameters: best.parameters, quality: best.quality }
}

function isBehind(gains: readonly number[], best: readonly number[]): boolean {
  if (gains.length < LEAST_CASES) return false
  const differences = gains.map((one, k) => one - best[k])
  return mean(differences) + CLEARLY * standardError(differences) < 0
}

/**
 * Next value to try if the best value is at an end of the grid: continues the ratio of the last two values there, but
 * goes at most halfway to the limit `below`. Null if the best value is at no end, or the end is 0 or `below`.
 */
function beyond(
  numbers: readonly number[],
  best: number,
  below = Number.POSITIVE_INFINITY,
): number | null {
  const [first, second] = numbers
  const [last, before] = [...numbers].reverse()
  if (best === first && first > 0) return first ** 2 / second
  if (best !== last || last >= below || numbers.length < 2) return null
  const next = Number((last ** 2 / before).toPrecision(2))
  return next < below ? next : (last + below) / 2
}
