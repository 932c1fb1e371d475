/**
 * @module Salted commitments of the log to data stored beside it, where the data can be erased. Nobody can guess the
 * data from the hash; checking it takes the salt.
 */
import { concat, fromBase64, sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'

export const SALT_BYTES = 32

/** Hex SHA-256 over salt ‖ canonical JSON. Rejects if either can't be read. @param salt base64 */
export async function commitment(salt: string, held: unknown): Promise<string> {
  return sha256Hex(concat(fromBase64(salt), utf8(canonicalJson(held))))
}
