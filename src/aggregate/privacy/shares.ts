/**
 * @module Additive secret sharing between two aggregators: x = (x − PRG(s)) + PRG(s) mod 2³².
 * The helper's share is the 32-byte seed s, the leader's the masked vector; either one alone is
 * uniform and says nothing about x.
 */
import {
  type Bytes,
  concat,
  decodeVector,
  fromHex,
  ownBytes,
  uint32,
  utf8,
} from '../../core/bytes.ts'

export const SEED_BYTES = 32

/** What a mask is good for: one task, round, policy and model; elsewhere the seed expands differently. */
export interface MaskBinding {
  readonly task: string
  readonly round: number
  /** Hex SHA-256. */
  readonly policyHash: string
  /** Hex SHA-256. */
  readonly modelHash: string
}

const MASK_LABEL = utf8('nearside mask v1')

/** length(task) ‖ task ‖ round ‖ policyHash ‖ modelHash; the length keeps fields from sliding. */
export function maskInfo(binding: MaskBinding): Bytes {
  const task = utf8(binding.task)
  return concat(
    uint32(task.length),
    task,
    uint32(binding.round),
    fromHex(binding.policyHash),
    fromHex(binding.modelHash),
  )
}

/** HKDF-SHA256 (RFC 5869). */
export async function hkdf(
  key: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Bytes> {
  const material = await crypto.subtle.importKey('raw', ownBytes(key), 'HKDF', false, [
    'deriveBits',
  ])
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: ownBytes(salt), info: ownBytes(info) }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, 8 * length))
}

/** AES-256-CTR (SP 800-38A) with a counter block that counts in its last 64 bits. */
export async function aesCtr(key: Uint8Array, counter: Uint8Array, data: Uint8Array) {
  const cipher = await crypto.subtle.importKey('raw', ownBytes(key), 'AES-CTR', false, ['encrypt'])
  const algorithm = { name: 'AES-CTR', counter: ownBytes(counter), length: 64 }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, cipher, ownBytes(data)))
}

/** PRG(s): [d] residues, uniform to whoever lacks the seed. */
export async function expandSeed(
  seed: Uint8Array,
  binding: MaskBinding,
  dimension: number,
): Promise<Uint32Array> {
  const key = await hkdf(seed, MASK_LABEL, maskInfo(binding), 32)
  // A key is used for one mask only, so the counter may start at zero.
  const stream = await aesCtr(key, new Uint8Array(16), new Uint8Array(4 * dimension))
  return decodeVector(stream)
}

/** The leader's share x − PRG(s); the helper's share is `seed` itself. */
export async function split(
  residues: Uint32Array,
  seed: Uint8Array,
  binding: MaskBinding,
): Promise<Uint32Array> {
  const mask = await expandSeed(seed, binding, residues.length)
  // Uint32Array stores mod 2³².
  return residues.map((residue, i) => residue - mask[i])
}

/** sum += share, mod 2³², in place. */
export function addShare(sum: Uint32Array, share: ArrayLike<number>): void {
  if (sum.length !== share.length) throw new RangeError('shares of different length')
  for (let i = 0; i < sum.length; i++) sum[i] += share[i]
}
