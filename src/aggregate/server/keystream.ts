/** @module A server's keystream and key derivation: Node's own, which for so little take a fraction of WebCrypto's time. */
import { createCipheriv, createHmac } from 'node:crypto'
import { KDF_HKDF_SHA256, type KDFFactory } from 'hpke'
import { concat, ownBytes } from '../../core/bytes.ts'
import { createXof } from '../privacy/pine/xof.ts'

export const serverXof = createXof((key, message, length) => {
  const digest = createHmac('sha256', key).update(message).digest()
  const cipher = createCipheriv('aes-128-ctr', digest.subarray(0, 16), digest.subarray(16))
  return ownBytes(cipher.update(new Uint8Array(length)))
})

/** HKDF-SHA256 (RFC 5869), for opening seals. */
export const serverKdf: KDFFactory = () => ({
  ...KDF_HKDF_SHA256(),
  Extract: async (salt, ikm) => createHmac('sha256', salt).update(ikm).digest(),
  async Expand(prk, info, length) {
    const blocks: Uint8Array[] = []
    for (let i = 1; 32 * blocks.length < length; i++) {
      const block = concat(blocks.at(-1) ?? new Uint8Array(0), info, Uint8Array.of(i))
      blocks.push(createHmac('sha256', prk).update(block).digest())
    }
    return concat(...blocks).subarray(0, length)
  },
})
