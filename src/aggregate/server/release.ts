/**
 * @module Judges a round twice. Before a release, the leader checks whether the mean update is plausible. After a
 * release, the leader repeats the gate's test, because newer test cases can show a loss. If they show a loss, the last
 * trained model is published again, as a new version.
 */
import { readLatest, readTrained } from '@nearside/train/models/read.ts'
import { rollBack } from '@nearside/train/models/rollBack.ts'
import { norm } from '../privacy/clip.ts'
import { dequantize } from '../privacy/quantize.ts'
import { addShare } from '../privacy/shares.ts'
import { dimensionOf, type Policy } from '../protocol/policy.ts'
import type { LeaderOptions } from './rounds.ts'

/**
 * Sum of both shares divided by the goal n, which is public. At a release, n is also the number of counted reports.
 */
export function meanUpdate(
  ownShare: Uint32Array,
  peerShare: Uint32Array,
  policy: Pick<Policy, 'scale' | 'aggregationGoal'>,
): Float64Array {
  const sum = Uint32Array.from(ownShare)
  addShare(sum, peerShare)
  return dequantize(sum, policy.scale, policy.aggregationGoal)
}

/**
 * Reasons why honest devices can't have made this mean; empty if they can. The mean of n honest updates with both
 * noises has a norm above C + √2·z·C·(√d + 6)/n (C: clip norm, z: noise multiplier, d: length of an update) in less
 * than one of 10⁷ rounds, so a larger norm shows a faulty aggregator.
 */
export function implausible(
  mean: Float64Array,
  policy: Pick<Policy, 'clipNorm' | 'noiseMultiplier' | 'aggregationGoal' | 'parameters'>,
): readonly string[] {
  const { clipNorm, noiseMultiplier, aggregationGoal } = policy
  const noise = Math.SQRT2 * noiseMultiplier * (Math.sqrt(dimensionOf(policy)) + 6)
  const bound = clipNorm * (1 + noise / aggregationGoal)
  const length = norm(mean)
  if (!Number.isFinite(length)) return ['the mean update is not finite']
  if (length > bound)
    return [`the mean update’s norm ${length.toPrecision(3)} is above ${bound.toPrecision(3)}`]
  return []
}

/** @returns whether the published model was rolled back to the last trained one, which is never rolled back itself */
export async function review(options: LeaderOptions): Promise<boolean> {
  const { models, gate, signer, log } = options
  const latest = await readLatest(models)
  const trained = await readTrained(models, latest)
  if (trained.hash === latest.hash) return false
  const unchanged = { manifest: latest.manifest, files: new Map() }
  const { accepted, reasons } = await gate(latest, unchanged, trained)
  if (accepted) return false
  const { version } = await rollBack(models, trained.version, signer?.sign)
  const what = `model ${version} is version ${trained.version} once more, in place of ${latest.version}`
  log?.([what, ...reasons].join(': '))
  return true
}
