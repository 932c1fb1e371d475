/** @module Converts, concatenates, compares and hashes byte strings, in the browser as in Node. */

/** Bytes whose buffer isn't a SharedArrayBuffer, as WebCrypto requires. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Returns the given bytes, or a copy if their buffer is shared. */
export function ownBytes(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes)
}

export function utf8(text: string): Bytes {
  return ownBytes(new TextEncoder().encode(text))
}

export const concat = (...parts: readonly Uint8Array[]): Bytes => joined(parts)

/** Concatenates a list of any length; `concat(...parts)` would overflow the stack at about 125,000 parts. */
export function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

/** @throws RangeError if `text` is not an even number of hexadecimal digits */
export function fromHex(text: string): Bytes {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new RangeError('not hexadecimal')
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}

export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** @throws RangeError if `text` is not canonical base64 (RFC 4648 §4, padded) */
export function fromBase64(text: string): Bytes {
  // The unused bits of the last group must be 0; otherwise two texts would decode to the same bytes.
  const last = /(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/.source
  if (!new RegExp(`^(?:[A-Za-z0-9+/]{4})*${last}`).test(text)) throw new RangeError('not base64')
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

export async function sha256(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', ownBytes(bytes)))
}

export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return toHex(await sha256(bytes))
}

/** Encodes a number as 4 bytes, big-endian. */
export function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** Encodes numbers as little-endian bytes, whatever the byte order of the machine. */
export function encodeVector(vector: Uint32Array): Bytes {
  const bytes = new Uint8Array(4 * vector.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < vector.length; i++) view.setUint32(4 * i, vector[i], true)
  return bytes
}

/** @throws RangeError unless the length is a multiple of 4 */
export function decodeVector(bytes: Uint8Array): Uint32Array {
  if (bytes.length % 4 !== 0) throw new RangeError('a vector needs 4 bytes per number')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const vector = new Uint32Array(bytes.length / 4)
  for (let i = 0; i < vector.length; i++) vector[i] = view.getUint32(4 * i, true)
  return vector
}
