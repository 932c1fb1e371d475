/**
 * @module Makes reports of a hostile device: an invented update with a valid proof, or a report that honest code never
 * makes.
 */
import { norm } from '@nearside/aggregate/privacy/clip.ts'
import { residue } from '@nearside/aggregate/privacy/pine/field.ts'
import { PROOF_RANDOM_BYTES, shard } from '@nearside/aggregate/privacy/pine/pine.ts'
import type { RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { SEALING_BYTES, seal } from '@nearside/aggregate/privacy/seal.ts'
import { helperSeeds, SEED_BYTES } from '@nearside/aggregate/privacy/shares.ts'
import { consentHash, policyTerms, withConsent } from '@nearside/aggregate/protocol/consent.ts'
import { dimensionOf, integerClipNorm } from '@nearside/aggregate/protocol/policy.ts'
import {
  circuitOf,
  encodeReport,
  REPORT_ID_BYTES,
  reportAad,
  sealInfo,
} from '@nearside/aggregate/protocol/report.ts'
import type { Task } from '@nearside/aggregate/protocol/task.ts'
import { type Bytes, fromBase64, toHex } from '@nearside/core/bytes.ts'

export const ATTACKS = {
  scale: 'a thousand times the clip norm',
  flip: 'the opposite of what was learned, as long as the clip norm allows',
  promote: 'what a history of one product alone teaches, as long as the clip norm allows',
  garbage: 'random bytes for a share',
  proof: 'a proof with a changed byte',
} as const
export type Attack = keyof typeof ATTACKS

export interface Parts {
  readonly id: Uint8Array
  readonly seed: Uint8Array
  readonly publicShare: Bytes
  readonly leaderShare: Uint8Array
  /** Consent hash in the share for each server; default: the hash of the round's terms. */
  readonly consents?: Partial<Readonly<Record<'leader' | 'helper', Uint8Array>>>
}

/** @param integers first coordinates of the vector; the others are 0 */
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

function stretched(update: ArrayLike<number>, length: number): Float64Array {
  const own = norm(update)
  return Float64Array.from(update, (x) => (own > 0 ? (x / own) * length : 0))
}

/** Invented update of the largest norm with a valid proof. Servers can't distinguish this update from an honest one. */
export function poisoned(
  attack: 'flip' | 'promote',
  own: ArrayLike<number>,
  promoted: ArrayLike<number>,
  clipNorm: number,
): Float64Array {
  if (attack === 'promote') return stretched(promoted, clipNorm)
  return stretched(own, clipNorm).map((x) => -x)
}

/** A report that both servers must refuse. */
export async function forged(
  attack: 'scale' | 'garbage' | 'proof',
  update: ArrayLike<number>,
  task: Task,
  randomBytes: RandomBytes,
): Promise<Bytes> {
  const clipNorm = integerClipNorm(task.policy)
  const factor = attack === 'scale' ? 1000 : 0.5
  const integers = stretched(update, factor * clipNorm).map(Math.round)
  // Scaling doesn't change an update of zeros, so one coordinate is set.
  if (attack === 'scale' && integers.every((x) => x === 0)) integers[0] = factor * clipNorm
  const parts = await partsOf(task, integers, randomBytes)
  const leaderShare = Uint8Array.from(parts.leaderShare)
  if (attack === 'garbage') leaderShare.set(randomBytes(leaderShare.length))
  // Changes a bit of the proof's share, which follows the vector's share.
  if (attack === 'proof') leaderShare[4 * circuitOf(task.policy).measurementLength] ^= 1
  return sealed(task, { ...parts, leaderShare }, randomBytes)
}
