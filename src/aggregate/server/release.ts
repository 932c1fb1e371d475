/** @module From two noised aggregate shares to the mean update, and the server's own part of the gate. */
import { norm } from '../privacy/clip.ts'
import { dequantize } from '../privacy/quantize.ts'
import { addShare } from '../privacy/shares.ts'
import { dimensionOf, type Policy } from '../protocol/policy.ts'

/**
 * The sum of both shares over the public goal n. The goal and not the count: the count depends on
 * the data, and dividing by it would reveal it (it equals the goal whenever a round is released).
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
 * The longest that a mean of n honest updates with both noises can be: C, plus √2·z·C·(√d + 6)/n,
 * which chance passes less than once in 10⁷ rounds: what is longer comes from a fault of an aggregator.
 */
function normBound(policy: Policy): number {
  const { clipNorm, noiseMultiplier, aggregationGoal } = policy
  const noise = Math.SQRT2 * noiseMultiplier * (Math.sqrt(dimensionOf(policy)) + 6)
  return clipNorm * (1 + noise / aggregationGoal)
}

/** Why this mean can't come from honest devices; empty when it can. */
export function implausible(mean: Float64Array, policy: Policy): readonly string[] {
  const length = norm(mean)
  const bound = normBound(policy)
  if (!Number.isFinite(length)) return ['the mean update is not finite']
  if (length > bound)
    return [`the mean update’s norm ${length.toPrecision(3)} is above ${bound.toPrecision(3)}`]
  return []
}
