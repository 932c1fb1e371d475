/** @module Mark of a report's id or bytes: a salted hash by which a server recognises them later. */
import { concat } from '@nearside/core/bytes.ts'
import { MARK_BYTES } from '../protocol/report.ts'
import { serverHash } from './keystream.ts'

export const SALT_BYTES = 32

/**
 * The first 16 bytes of SHA-256(salt ‖ value).
 * @param salt salt of a period; each period has a new one
 * @param value a report's id, or the hash of its bytes
 */
export const markOf = (salt: Uint8Array, value: Uint8Array): Buffer =>
  serverHash(concat(salt, value)).subarray(0, MARK_BYTES)
