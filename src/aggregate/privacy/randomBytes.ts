/** @module Randomness of the operating system, through WebCrypto: the only source of secret shares and noise. */
import { type Bytes, ownBytes } from '@nearside/core/bytes.ts'

/**
 * Source of random bytes. Tests pass their own randomness to recompute published vectors; shipped code uses
 * `cryptoRandomBytes`.
 */
export type RandomBytes = (length: number) => Bytes

/** Maximum number of bytes per call of WebCrypto. */
const QUOTA = 65_536

export const cryptoRandomBytes: RandomBytes = (length) => {
  const bytes = new Uint8Array(length)
  for (let offset = 0; offset < length; offset += QUOTA)
    crypto.getRandomValues(bytes.subarray(offset, offset + QUOTA))
  return bytes
}

/** Draws from `randomBytes` in blocks, because a sampler needs few bytes at a time, and system calls are slow. */
export function buffered(randomBytes: RandomBytes, block = 4096): RandomBytes {
  let buffer = new Uint8Array(0)
  let used = 0
  return (length) => {
    if (used + length > buffer.length) {
      buffer = randomBytes(Math.max(block, length))
      used = 0
    }
    used += length
    return buffer.slice(used - length, used)
  }
}

/**
 * Random source that returns the bytes of `drawn` again, in the same sequence.
 * @throws RangeError if too few bytes are left
 */
export function replayed(drawn: Uint8Array): RandomBytes {
  let used = 0
  return (length) => {
    used += length
    if (used > drawn.length) throw new RangeError('too few recorded random bytes')
    return ownBytes(drawn.slice(used - length, used))
  }
}
