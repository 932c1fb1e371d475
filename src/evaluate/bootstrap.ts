/**
 * @module Paired bootstrap over shoppers. It draws whole shoppers, because a shopper's cases depend on each other,
 * and evaluates both arms on the same draw.
 */
import type { Random } from '@nearside/core/model/random.ts'

/** One value and one weight for each shopper; a shopper without cases has weight 0. */
export interface PairedValues {
  readonly values: Float64Array
  readonly over: Float64Array
  readonly weights: Float64Array
}

export interface Lift {
  /** mean(values) / mean(over) − 1. */
  readonly relative: number
  /** Ends of the 95 % percentile interval. */
  readonly lo: number
  readonly hi: number
}

export const RESAMPLES = 2000

/** Σ weight·value / Σ weight; 0 where the weights sum to 0. */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0
  let total = 0
  for (let s = 0; s < values.length; s++) {
    sum += weights[s] * values[s]
    total += weights[s]
  }
  return total > 0 ? sum / total : 0
}

/**
 * One lift for each pair; all pairs share the same draws. Null where the reference arm is at 0, which
 * leaves the ratio undefined.
 */
export function pairedBootstrap(
  pairs: readonly PairedValues[],
  shoppers: number,
  random: Random,
  resamples: number = RESAMPLES,
): (Lift | null)[] {
  const ratios = pairs.map(() => new Float64Array(resamples))
  const drawn = new Float64Array(shoppers)
  for (let r = 0; r < resamples; r++) {
    drawn.fill(0)
    for (let s = 0; s < shoppers; s++) drawn[random.integer(shoppers)]++
    pairs.forEach((pair, p) => {
      ratios[p][r] = ratio(pair, drawn)
    })
  }
  return pairs.map((pair, p) => liftOf(ratio(pair, null), ratios[p]))
}

/** Lift `value / over − 1` as observed, with its interval over the draws. Null where it is undefined. */
export function liftOf(relative: number, drawn: Float64Array): Lift | null {
  if (!Number.isFinite(relative)) return null
  const sorted = drawn.filter(Number.isFinite).sort()
  return { relative, lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
}

function ratio({ values, over, weights }: PairedValues, drawn: Float64Array | null): number {
  let a = 0
  let b = 0
  for (let s = 0; s < values.length; s++) {
    const weight = drawn ? weights[s] * drawn[s] : weights[s]
    a += weight * values[s]
    b += weight * over[s]
  }
  return b > 0 ? a / b - 1 : Number.NaN
}

/** Quantile of ascending values, interpolated linearly between order statistics. */
export function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}
