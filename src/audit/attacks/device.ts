/** @module A device whose reports an attacker has, and what each aggregator opens of them. */

import { expandHelperShare } from '../../aggregate/privacy/pine/pine.ts'
import type { RandomBytes } from '../../aggregate/privacy/randomBytes.ts'
import {
  exportSealingKeys,
  generateSealingKeys,
  open,
  type SealingKeys,
} from '../../aggregate/privacy/seal.ts'
import { helperSeeds } from '../../aggregate/privacy/shares.ts'
import {
  POLICY_FORMAT,
  type Policy,
  type PolicyParameters,
  policyHash,
} from '../../aggregate/protocol/policy.ts'
import { parseReport, reportAad, sealInfo } from '../../aggregate/protocol/report.ts'
import { decodeVector, fromBase64, toBase64 } from '../../core/bytes.ts'
import { FEATURE_COUNT } from '../../core/features/features.ts'
import { DIMENSION } from '../../core/model/baseModel.ts'
import type { Random } from '../../core/model/random.ts'
import { makeReport } from '../../device/upload/makeReport.ts'

/** Numbers of an update as devices send it. */
export const LENGTH = DIMENSION + FEATURE_COUNT

/** What was sent, and what each server reads of it: [LENGTH] residues. */
export interface Sent {
  readonly body: Uint8Array
  /** What nobody sees: the update before it was shared. */
  readonly plain: Uint32Array
  readonly leader: Uint32Array
  readonly helper: Uint32Array
}

export async function createDevice(terms: PolicyParameters) {
  const sealing = { leader: await generateSealingKeys(), helper: await generateSealingKeys() }
  const publicOf = async (keys: SealingKeys) => toBase64((await exportSealingKeys(keys)).publicKey)
  // Nothing is signed here.
  const keysOf = async (keys: SealingKeys) => ({
    sealing: await publicOf(keys),
    signing: toBase64(new Uint8Array(32)),
  })
  const policy: Policy = {
    format: POLICY_FORMAT,
    trust: 'two-aggregators',
    ...terms,
    model: { version: '1', hash: 'ab'.repeat(32) },
    parameters: { projectionDiagonal: DIMENSION, featureWeights: FEATURE_COUNT },
    leader: await keysOf(sealing.leader),
    helper: await keysOf(sealing.helper),
  }
  const task = { policy, round: 1, policyHash: await policyHash(policy) }

  async function send(update: ArrayLike<number>, randomBytes: RandomBytes): Promise<Sent> {
    const { body, opening } = await makeReport(update, task, randomBytes)
    const { header, leaderShare, helperShare } = parseReport(body, policy)
    const aad = reportAad(policy.task, header)
    const opened = await open(sealing.leader, leaderShare, sealInfo('leader'), aad)
    const seed = await open(sealing.helper, helperShare, sealInfo('helper'), aad)
    const binding = { task: policy.task, ...task, modelHash: policy.model.hash }
    return {
      body,
      plain: decodeVector(fromBase64(opening.update)),
      leader: decodeVector(opened.slice(0, 4 * LENGTH)),
      helper: await expandHelperShare(await helperSeeds(seed, binding), LENGTH),
    }
  }
  return { policy, send }
}

/** A direction, of length 1. */
export function direction(random: Random): Float64Array {
  const vector = Float64Array.from({ length: LENGTH }, () => random.normal())
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0))
  return vector.map((x) => x / length)
}
