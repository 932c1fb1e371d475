/** @module A server's keystream: Node's own, which for so little takes a fraction of WebCrypto's time. */
import { createCipheriv, createHmac } from 'node:crypto'
import { ownBytes } from '../../core/bytes.ts'
import { createXof } from '../privacy/pine/xof.ts'

export const serverXof = createXof((key, message, length) => {
  const digest = createHmac('sha256', key).update(message).digest()
  const cipher = createCipheriv('aes-128-ctr', digest.subarray(0, 16), digest.subarray(16))
  return ownBytes(cipher.update(new Uint8Array(length)))
})
