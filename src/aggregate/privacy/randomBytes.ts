/** @module The operating system's randomness, by WebCrypto; the only source of masks and of noise. */
import { type Bytes, ownBytes } from '../../core/bytes.ts'

/** Handed in so that a published vector can be recomputed; everything that ships uses `cryptoRandomBytes`. */
export type RandomBytes = (length: number) => Bytes

/** WebCrypto gives at most this many bytes a call. */
const QUOTA = 65_536

export const cryptoRandomBytes: RandomBytes = (length) => {
  const bytes = new Uint8Array(length)
  for (let offset = 0; offset < length; offset += QUOTA)
    crypto.getRandomValues(bytes.subarray(offset, offset + QUOTA))
  return bytes
}

/** Draws `randomBytes` in blocks: a sampler wants a few bytes at a time, a system call is dear. */
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

/** Gives these bytes again in the order in which they were drawn. @throws RangeError when none are left */
export function replayed(drawn: Uint8Array): RandomBytes {
  let used = 0
  return (length) => {
    used += length
    if (used > drawn.length) throw new RangeError('fewer random bytes than were drawn')
    return ownBytes(drawn.slice(used - length, used))
  }
}
