/**
 * @module The two parts of an update: a gradient, then item counts. Gradient and counts share one vector, so they share
 * one clip norm and one privacy cost. `countShare` fixes how much of the squared norm each part has.
 */
import { clip, norm } from '../privacy/clip.ts'
import { MAX_DIMENSION, type Policy } from './policy.ts'

/**
 * Number of item counts in an update: one per item, or as many as the largest update has room for. In a larger catalog
 * the items of rows r, r + C, r + 2C … share count r (C: number of counts).
 */
export function countsFor(items: number, featureWeights: number): number {
  return Math.min(items, MAX_DIMENSION - featureWeights)
}

type Terms = Pick<Policy, 'clipNorm' | 'countShare'>

/**
 * Joins gradient and counts to an update whose norm is at most the clip norm.
 * @param counts [N]; scaled to a fixed norm, so that each device has the same weight
 */
export function joinParts(
  gradient: ArrayLike<number>,
  counts: ArrayLike<number>,
  { clipNorm, countShare = 0 }: Terms,
): Float64Array {
  const length = norm(counts)
  const joined = new Float64Array(gradient.length + counts.length)
  joined.set(clip(gradient, clipNorm).map((x) => x * Math.sqrt(1 - countShare)))
  const factor = length > 0 ? (Math.sqrt(countShare) * clipNorm) / length : 0
  for (let i = 0; i < counts.length; i++) joined[gradient.length + i] = counts[i] * factor
  return joined
}

/**
 * Parts of a mean update: the mean of the clipped gradients, and the sum of the devices' counts. Each device's counts
 * have norm 1.
 */
export function splitMean(
  mean: Float64Array,
  { clipNorm, countShare = 0, aggregationGoal }: Terms & Pick<Policy, 'aggregationGoal'>,
  featureWeights: number,
): { readonly gradient: Float64Array; readonly counts: Float64Array } {
  const unit = aggregationGoal / (Math.sqrt(countShare) * clipNorm)
  return {
    gradient: mean.slice(0, featureWeights).map((x) => x / Math.sqrt(1 - countShare)),
    counts: mean.slice(featureWeights).map((x) => x * unit),
  }
}
