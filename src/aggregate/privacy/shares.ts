/**
 * @module Seeds of the helper's share: 32 bytes, bound to one round. The leader's share is the vector minus the
 * helper's share (`pine/pine.ts`). Each share alone is uniform and reveals nothing.
 */
import { type Bytes, concat, fromHex, ownBytes, uint32, utf8 } from '@nearside/core/bytes.ts'
import { residue } from './pine/field.ts'

export const SEED_BYTES = 32

/** Task, round, policy and model that a seed is bound to; with any other, the seed expands to another share. */
export interface ShareBinding {
  readonly task: string
  readonly round: number
  readonly policyHash: string
  /** Hex SHA-256 of the model's manifest. */
  readonly modelHash: string
}

/** Derives the four seeds of the helper's share. @param derive HKDF-SHA256; default: WebCrypto's */
export async function helperSeeds(
  seed: Uint8Array,
  binding: ShareBinding,
  derive: Hkdf = hkdf,
): Promise<Bytes> {
  const task = utf8(binding.task)
  // The length prefix makes the encoding unambiguous.
  const info = concat(
    uint32(task.length),
    task,
    uint32(binding.round),
    fromHex(binding.policyHash),
    fromHex(binding.modelHash),
  )
  return derive(seed, utf8('nearside share v2'), info, 4 * SEED_BYTES)
}

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

/** Adds a share (residues or noise) to `sum`, in place. */
export function addShare(sum: Uint32Array, share: ArrayLike<number>): void {
  if (sum.length !== share.length) throw new RangeError('shares differ in length')
  for (let i = 0; i < sum.length; i++) sum[i] = residue(sum[i] + share[i])
}
