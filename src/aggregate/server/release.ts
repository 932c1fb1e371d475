/** @module Computes the mean update from two noised aggregate shares, and checks its plausibility. */
import { norm } from '../privacy/clip.ts'
import { dequantize } from '../privacy/quantize.ts'
import { addShare } from '../privacy/shares.ts'
import { dimensionOf, type Policy } from '../protocol/policy.ts'

/**
 * Sum of both shares divided by the public goal n. Dividing by the count would reveal the count, which depends on the
 * data. At a release, count and goal are equal.
 */
export function meanUpdate(
  ownShare: Uint32Array,
  peerShare: Uint32Array,
  policy: Policy,
): Float64Array {
  const sum = Uint32Array.from(ownShare)
  addShare(sum, peerShare)
  return dequantize(sum, policy.scale, policy.aggregationGoal)
}

/**
 * Upper bound on the norm of a mean of n honest updates with both noises: C + √2·z·C·(√d + 6)/n. Honest updates exceed
 * it in less than one of 10⁷ rounds, so a longer mean shows a faulty aggregator.
 */
function normBound(policy: Policy): number {
  const { clipNorm, noiseMultiplier, aggregationGoal } = policy
  const noise = Math.SQRT2 * noiseMultiplier * (Math.sqrt(dimensionOf(policy)) + 6)
  return clipNorm * (1 + noise / aggregationGoal)
}

/** Reasons why this mean can't come from honest devices; empty when it can. */
export function implausible(mean: Float64Array, policy: Policy): readonly string[] {
  const length = norm(mean)
  const bound = normBound(policy)
  if (!Number.isFinite(length)) return ['the mean update is not finite']
  if (length > bound)
    return [`the mean update’s norm ${length.toPrecision(3)} is above ${bound.toPrecision(3)}`]
  return []
}
