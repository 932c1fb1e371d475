/**
 * @module Extendable-output function of the PINE draft's HMAC variant. HMAC-SHA256 derives a key and a counter;
 * AES-128-CTR makes the stream.
 */
import { type Bytes, concat, decodeVector, ownBytes } from '@nearside/core/bytes.ts'
import { aesCtr } from '../shares.ts'
import { MODULUS } from './field.ts'

/** Purposes of a stream, with the numbers that the PINE draft gives them. */
export const USAGE = {
  measurementShare: 1,
  proofShare: 2,
  jointRandomness: 3,
  proveRandomness: 4,
  queryRandomness: 5,
  jointSeed: 6,
  jointPart: 7,
  wraparoundRandomness: 8,
  wraparoundSeed: 9,
  wraparoundPart: 10,
} as const

/**
 * Domain separator: its length, draft version 1, algorithm 0xFFFF1005 ("Pine32HmacSha256Aes128"), then the usage.
 */
const DOMAIN = [7, 1, 0xff, 0xff, 0x10, 0x05, 0]

/** Makes `length` bytes by AES-128-CTR. HMAC-SHA256 of the message gives the key, then the counter (16 bytes each). */
type Keystream = (key: Uint8Array, message: Bytes, length: number) => Bytes | Promise<Bytes>

const webKeystream: Keystream = async (seed, message, length) => {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', ownBytes(seed), hmac, false, ['sign'])
  const digest = new Uint8Array(await crypto.subtle.sign('HMAC', key, message))
  return aesCtr(digest.slice(0, 16), digest.slice(16), new Uint8Array(length))
}

export interface Xof {
  bytes(seed: Uint8Array, usage: number, binder: Uint8Array, length: number): Bytes | Promise<Bytes>
  /** Uniform field elements: the stream's words below the modulus. */
  elements(seed: Uint8Array, usage: number, binder: Uint8Array, count: number): Promise<Uint32Array>
}

export function createXof(keystream: Keystream): Xof {
  const bytes: Xof['bytes'] = (seed, usage, binder, length) =>
    keystream(seed, concat(Uint8Array.of(...DOMAIN, usage), binder), length)
  return {
    bytes,
    async elements(seed, usage, binder, count) {
      // About one word in 4,096 is too large. The spare words make a second attempt rare.
      for (let words = count + 16 + (count >> 9); ; words *= 2) {
        const stream = decodeVector(await bytes(seed, usage, binder, 4 * words))
        const elements = new Uint32Array(count)
        let taken = 0
        for (let i = 0; i < words && taken < count; i++) {
          if (stream[i] < MODULUS) elements[taken++] = stream[i]
        }
        if (taken === count) return elements
      }
    },
  }
}

export const webXof = createXof(webKeystream)
