/**
 * @module Makes a report's bytes from an update: clip, quantize, share and prove, seal. An auditor can make the same
 * report from the update, the round's task, the id and the random bytes, which are drawn in this sequence: rounding, id
 * (if none is given), helper's share, proof, leader's seal, helper's seal, salt.
 */
import { PROOF_RANDOM_BYTES, shard } from '@nearside/aggregate/privacy/pine/pine.ts'
import { quantize, squaredNorm, toResidues } from '@nearside/aggregate/privacy/quantize.ts'
import type { RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { SEALING_BYTES, seal } from '@nearside/aggregate/privacy/seal.ts'
import { helperSeeds, SEED_BYTES } from '@nearside/aggregate/privacy/shares.ts'
import { consentHash, policyTerms, withConsent } from '@nearside/aggregate/protocol/consent.ts'
import { dimensionOf, integerClipNorm, type Policy } from '@nearside/aggregate/protocol/policy.ts'
import {
  circuitOf,
  encodeReport,
  REPORT_ID_BYTES,
  reportAad,
  sealInfo,
} from '@nearside/aggregate/protocol/report.ts'
import type { Task } from '@nearside/aggregate/protocol/task.ts'
import {
  type Bytes,
  concat,
  encodeVector,
  fromBase64,
  fromHex,
  sha256,
  toBase64,
  toHex,
} from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { SALT_BYTES } from '../ledger/chain.ts'

/**
 * Data of a sent update, stored beside the log so that they can be erased: what the log entry's commitment (salted
 * hash) covers, and the report's other inputs.
 */
export interface Opening {
  readonly reportId: string
  /** Salt of the commitment: 32 random bytes, base64. */
  readonly salt: string
  /** Quantized update mod q, little-endian, base64. `commitment` = hex SHA-256(salt ‖ update). */
  readonly update: string
  /** Update before clipping. */
  readonly delta: readonly number[]
  /** All random bytes of the report, including the id's, in the sequence in which they were drawn, base64. */
  readonly random: string
  readonly round: number
  readonly policy: Policy
  /** Time for which the update was computed, milliseconds since the epoch; older events weigh less. */
  readonly made?: number
}

interface MadeReport {
  readonly id: string
  readonly body: Bytes
  /** Log entry of the report: recipients, terms, the update's norm, and a commitment that hides the update. */
  readonly detail: Readonly<Record<string, string | number | boolean>>
  readonly opening: Opening
}

/**
 * @param update [d], any norm; clipped here
 * @param givenId hex, 16 bytes; default: a random id
 * @throws NearsideError `report-invalid` for numbers that are not finite, `model-incompatible` for another length
 * than the policy's
 */
export async function makeReport(
  update: ArrayLike<number>,
  task: Pick<Task, 'policy' | 'policyHash' | 'round'>,
  randomBytes: RandomBytes,
  givenId?: string,
): Promise<MadeReport> {
  const drawn: Bytes[] = []
  const draw = (length: number, bytes = randomBytes(length)) => {
    drawn.push(bytes)
    return bytes
  }
  const { policy, round, policyHash } = task
  const dimension = dimensionOf(policy)
  if (update.length !== dimension)
    throw new NearsideError(
      'model-incompatible',
      `The update has ${update.length} numbers, the policy asks for ${dimension}`,
    )
  const clipNorm = integerClipNorm(policy)
  const quantized = quantize(update, policy.scale, clipNorm, draw)
  const id = toHex(draw(REPORT_ID_BYTES, givenId === undefined ? undefined : fromHex(givenId)))
  const seed = draw(SEED_BYTES)
  const modelHash = policy.model.hash
  const residues = toResidues(quantized)
  const { publicShare, leaderShare } = await shard(
    circuitOf(policy),
    residues,
    fromHex(id),
    await helperSeeds(seed, { task: policy.task, round, policyHash, modelHash }),
    draw(PROOF_RANDOM_BYTES),
  )
  const header = { id, round, policyHash, modelHash, publicShare }
  const aad = reportAad(policy.task, header)
  const terms = policyTerms(policy)
  const consent = await consentHash(terms)
  const to = (role: 'leader' | 'helper', share: Uint8Array) =>
    seal(
      fromBase64(policy[role].sealing),
      withConsent(consent, share),
      sealInfo(role),
      aad,
      draw(SEALING_BYTES),
    )
  const body = encodeReport({
    header,
    leaderShare: await to('leader', leaderShare),
    helperShare: await to('helper', seed),
  })
  const salt = draw(SALT_BYTES)
  const plain = encodeVector(residues)
  return {
    id,
    body,
    detail: {
      ...terms,
      consent: toHex(consent),
      reportId: id,
      round,
      policyHash,
      modelHash,
      clipNormInteger: clipNorm,
      squaredNormInteger: squaredNorm(quantized),
      commitment: toHex(await sha256(concat(salt, plain))),
    },
    opening: {
      reportId: id,
      salt: toBase64(salt),
      update: toBase64(plain),
      // JSON has no −0. Adding 0 turns −0 into 0, which is rounded to the same value, and changes no other number.
      delta: Array.from(update, (x) => x + 0),
      random: toBase64(concat(...drawn)),
      round,
      policy,
    },
  }
}
