/**
 * @module What the helper's share is made from: a 32-byte seed, bound to one round. The leader's share
 * is what is left of the vector (`pine/pine.ts`); either one alone is uniform and says nothing of it.
 */
import { type Bytes, concat, fromHex, ownBytes, uint32, utf8 } from '../../core/bytes.ts'
import { residue } from './pine/field.ts'

export const SEED_BYTES = 32

/** What a seed is good for: one task, round, policy and model; elsewhere it expands differently. */
export interface ShareBinding {
  readonly task: string
  readonly round: number
  /** Hex SHA-256. */
  readonly policyHash: string
  /** Hex SHA-256. */
  readonly modelHash: string
}

/** The four seeds of the helper's share. @param derive HKDF-SHA256; absent: WebCrypto's */
export async function helperSeeds(
  seed: Uint8Array,
  binding: ShareBinding,
  derive: Hkdf = hkdf,
): Promise<Bytes> {
  const task = utf8(binding.task)
  // The length keeps fields from sliding.
  const info = concat(
    uint32(task.length),
    task,
    uint32(binding.round),
    fromHex(binding.policyHash),
    fromHex(binding.modelHash),
  )
  return derive(seed, utf8('nearside share v2'), info, 4 * SEED_BYTES)
}

/** Key, salt, info, length. */
export type Hkdf = (...given: Parameters<typeof hkdf>) => Bytes | Promise<Bytes>

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

/** AES-CTR (SP 800-38A) with a counter block that counts in its last 64 bits. */
export async function aesCtr(key: Uint8Array, counter: Uint8Array, data: Uint8Array) {
  const cipher = await crypto.subtle.importKey('raw', ownBytes(key), 'AES-CTR', false, ['encrypt'])
  const algorithm = { name: 'AES-CTR', counter: ownBytes(counter), length: 64 }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, cipher, ownBytes(data)))
}

/** sum += share, of residues or of noise, in place. */
export function addShare(sum: Uint32Array, share: ArrayLike<number>): void {
  if (sum.length !== share.length) throw new RangeError('shares of different length')
  for (let i = 0; i < sum.length; i++) sum[i] = residue(sum[i] + share[i])
}
