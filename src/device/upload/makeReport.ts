/** @module From an update to the bytes of a report: clip, quantize, share, seal. */
import { quantize, squaredNorm, toResidues } from '../../aggregate/privacy/quantize.ts'
import type { RandomBytes } from '../../aggregate/privacy/randomBytes.ts'
import { seal } from '../../aggregate/privacy/seal.ts'
import { SEED_BYTES, split } from '../../aggregate/privacy/shares.ts'
import { dimensionOf, integerClipNorm } from '../../aggregate/protocol/policy.ts'
import {
  encodeReport,
  REPORT_ID_BYTES,
  reportAad,
  sealInfo,
} from '../../aggregate/protocol/report.ts'
import type { Task } from '../../aggregate/protocol/task.ts'
import { type Bytes, encodeVector, fromBase64, sha256, toBase64, toHex } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'

export interface MadeReport {
  readonly id: string
  readonly body: Bytes
  /** What the ledger keeps, so that norm and update can be recomputed from it. */
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

/**
 * @param update [d], any norm; clipped here
 * @throws NearsideError `report-invalid` for numbers that are not finite, `model-incompatible` for
 * a length other than the policy's
 */
export async function makeReport(
  update: ArrayLike<number>,
  task: Task,
  randomBytes: RandomBytes,
): Promise<MadeReport> {
  const { policy, round, policyHash } = task
  const dimension = dimensionOf(policy)
  if (update.length !== dimension)
    throw new NearsideError(
      'model-incompatible',
      `The update has ${update.length} numbers, the policy asks for ${dimension}`,
    )
  const clipNorm = integerClipNorm(policy)
  const quantized = quantize(update, policy.scale, clipNorm, randomBytes)
  const id = toHex(randomBytes(REPORT_ID_BYTES))
  const seed = randomBytes(SEED_BYTES)
  const modelHash = policy.model.hash
  const header = { id, round, policyHash, modelHash }
  const binding = { task: policy.task, round, policyHash, modelHash }
  const masked = encodeVector(await split(toResidues(quantized), seed, binding))
  const aad = reportAad(policy.task, header)
  const to = (role: 'leader' | 'helper', share: Uint8Array) =>
    seal(fromBase64(policy[role].sealing), share, sealInfo(role), aad)
  const body = encodeReport({
    header,
    leaderShare: await to('leader', masked),
    helperShare: await to('helper', seed),
  })
  return {
    id,
    body,
    detail: {
      reportId: id,
      round,
      policyHash,
      modelHash,
      bodyHash: toHex(await sha256(body)),
      clipNormInteger: clipNorm,
      squaredNormInteger: squaredNorm(quantized),
      updateInteger: toBase64(encodeVector(toResidues(quantized))),
    },
  }
}
