/**
 * @module Makes a device whose contributions are attacked. The attacker has the device's reports and each aggregator's
 * decrypted share of every report.
 */

import { importOpeningKeys, openSeal } from '@nearside/aggregate/privacy/openSeal.ts'
import { expandHelperShare } from '@nearside/aggregate/privacy/pine/pine.ts'
import type { RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { exportSealingKeys, generateSealingKeys } from '@nearside/aggregate/privacy/seal.ts'
import { helperSeeds } from '@nearside/aggregate/privacy/shares.ts'
import { CONSENT_BYTES } from '@nearside/aggregate/protocol/consent.ts'
import {
  POLICY_FORMAT,
  type Policy,
  type PolicyParameters,
  policyHash,
} from '@nearside/aggregate/protocol/policy.ts'
import { parseReport, reportAad, sealInfo } from '@nearside/aggregate/protocol/report.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { decodeVector, fromBase64, toBase64 } from '@nearside/core/bytes.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import type { Random } from '@nearside/core/model/random.ts'

/** A sent report, and each server's share of the report as [SHARED_LENGTH] residues. */
interface Sent {
  readonly body: Uint8Array
  /** The update before the device split it into secret shares; no server sees it. */
  readonly plain: Uint32Array
  readonly leader: Uint32Array
  readonly helper: Uint32Array
}

export async function createDevice(terms: PolicyParameters) {
  const newKeys = async () => exportSealingKeys(await generateSealingKeys())
  const [leader, helper] = [await newKeys(), await newKeys()]
  const opens = ({ publicKey, privateKey }: typeof leader) =>
    importOpeningKeys(publicKey, privateKey)
  const opening = { leader: opens(leader), helper: opens(helper) }
  // No attack uses signatures, so the signing key is zeros.
  const named = (operator: string, { publicKey }: typeof leader) => ({
    operator,
    sealing: toBase64(publicKey),
    signing: toBase64(new Uint8Array(32)),
  })
  const policy: Policy = {
    format: POLICY_FORMAT,
    trust: 'two-aggregators',
    ...terms,
    model: { version: '1', hash: 'ab'.repeat(32) },
    parameters: { featureWeights: SHARED_LENGTH },
    leader: named('leader', leader),
    helper: named('helper', helper),
  }
  const task = { policy, round: 1, policyHash: await policyHash(policy) }

  async function send(update: ArrayLike<number>, randomBytes: RandomBytes): Promise<Sent> {
    const { body, opening: made } = await makeReport(update, task, randomBytes)
    const { header, leaderShare, helperShare } = parseReport(body, policy)
    const aad = reportAad(policy.task, header)
    const opened = openSeal(opening.leader, leaderShare, sealInfo('leader'), aad).slice(
      CONSENT_BYTES,
    )
    const seed = openSeal(opening.helper, helperShare, sealInfo('helper'), aad).slice(CONSENT_BYTES)
    const binding = { task: policy.task, ...task, modelHash: policy.model.hash }
    return {
      body,
      plain: decodeVector(fromBase64(made.update)),
      leader: decodeVector(opened.slice(0, 4 * SHARED_LENGTH)),
      helper: await expandHelperShare(await helperSeeds(seed, binding), SHARED_LENGTH),
    }
  }
  return { policy, send }
}

export function direction(random: Random): Float64Array {
  const vector = Float64Array.from({ length: SHARED_LENGTH }, () => random.normal())
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0))
  return vector.map((x) => x / length)
}
