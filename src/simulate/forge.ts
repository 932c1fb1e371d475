/**
 * @module What a hostile device sends: an update made up, which its own proof holds for, or a report that
 * no device's code makes.
 */
import { norm } from '../aggregate/privacy/clip.ts'
import { residue } from '../aggregate/privacy/pine/field.ts'
import { PROOF_RANDOM_BYTES, shard } from '../aggregate/privacy/pine/pine.ts'
import type { RandomBytes } from '../aggregate/privacy/randomBytes.ts'
import { SEALING_BYTES, seal } from '../aggregate/privacy/seal.ts'
import { helperSeeds, SEED_BYTES } from '../aggregate/privacy/shares.ts'
import { consentHash, policyTerms, withConsent } from '../aggregate/protocol/consent.ts'
import { dimensionOf, integerClipNorm } from '../aggregate/protocol/policy.ts'
import { circuitOf } from '../aggregate/protocol/proof.ts'
import { encodeReport, REPORT_ID_BYTES, reportAad, sealInfo } from '../aggregate/protocol/report.ts'
import type { Task } from '../aggregate/protocol/task.ts'
import { type Bytes, fromBase64, toHex } from '../core/bytes.ts'

/** In words, for who chooses one. */
export const ATTACKS = {
  scale: 'a thousand times the clip norm',
  flip: 'the opposite of what was learned, as long as the clip norm allows',
  promote: 'what a history of one product alone teaches, as long as the clip norm allows',
  garbage: 'random bytes for a share',
  proof: 'a proof with a changed byte',
} as const
export type Attack = keyof typeof ATTACKS

/** All that goes into a report. */
export interface Parts {
  readonly id: Uint8Array
  readonly seed: Uint8Array
  readonly publicShare: Bytes
  readonly leaderShare: Uint8Array
  /** Hash of a consent in either share; default: that of the round's terms. */
  readonly consents?: Partial<Readonly<Record<'leader' | 'helper', Uint8Array>>>
}

/** @param integers the first of the vector's; the others are 0 */
export async function partsOf(
  { policy, policyHash, round }: Task,
  integers: ArrayLike<number>,
  randomBytes: RandomBytes,
): Promise<Parts> {
  const vector = new Uint32Array(dimensionOf(policy))
  vector.set(Array.from(integers, residue))
  const [id, seed] = [randomBytes(REPORT_ID_BYTES), randomBytes(SEED_BYTES)]
  const binding = { task: policy.task, round, policyHash, modelHash: policy.model.hash }
  const seeds = await helperSeeds(seed, binding)
  const random = randomBytes(PROOF_RANDOM_BYTES)
  return { id, seed, ...(await shard(circuitOf(policy), vector, id, seeds, random)) }
}

/** The report of these parts. */
export async function sealed(
  { policy, policyHash, round }: Task,
  parts: Parts,
  randomBytes: RandomBytes,
): Promise<Bytes> {
  const { publicShare } = parts
  const modelHash = policy.model.hash
  const header = { id: toHex(parts.id), round, policyHash, modelHash, publicShare }
  const consent = await consentHash(policyTerms(policy))
  const to = (role: 'leader' | 'helper', share: Uint8Array) => {
    const aad = reportAad(policy.task, header)
    const random = randomBytes(SEALING_BYTES)
    const plain = withConsent(parts.consents?.[role] ?? consent, share)
    return seal(fromBase64(policy[role].sealing), plain, sealInfo(role), aad, random)
  }
  return encodeReport({
    header,
    leaderShare: await to('leader', parts.leaderShare),
    helperShare: await to('helper', parts.seed),
  })
}

/** As long as `length`; zeros stay zeros. */
function stretched(update: ArrayLike<number>, length: number): Float64Array {
  const own = norm(update)
  return Float64Array.from(update, (x) => (own > 0 ? (x / own) * length : 0))
}

/** An update of the longest that a proof holds for; nobody can tell it from an honest one. */
export function poisoned(
  attack: 'flip' | 'promote',
  own: ArrayLike<number>,
  promoted: ArrayLike<number>,
  clipNorm: number,
): Float64Array {
  if (attack === 'promote') return stretched(promoted, clipNorm)
  return stretched(own, clipNorm).map((x) => -x)
}

/** A report that both servers have to refuse. */
export async function forged(
  attack: 'scale' | 'garbage' | 'proof',
  update: ArrayLike<number>,
  task: Task,
  randomBytes: RandomBytes,
): Promise<Bytes> {
  const clipNorm = integerClipNorm(task.policy)
  const factor = attack === 'scale' ? 1000 : 0.5
  const integers = stretched(update, factor * clipNorm).map(Math.round)
  // Where nothing was learned there is nothing to scale.
  if (attack === 'scale' && integers.every((x) => x === 0)) integers[0] = factor * clipNorm
  const parts = await partsOf(task, integers, randomBytes)
  const leaderShare = Uint8Array.from(parts.leaderShare)
  if (attack === 'garbage') leaderShare.set(randomBytes(leaderShare.length))
  // The vector's share comes first, the proof's after it.
  if (attack === 'proof') leaderShare[4 * circuitOf(task.policy).measurementLength] ^= 1
  return sealed(task, { ...parts, leaderShare }, randomBytes)
}
