/**
 * @module What the log says of things that are kept beside it, where they can be erased: a hash that
 * nobody can guess them from, and that opens only for who has the salt.
 */
import { concat, fromBase64, sha256Hex, utf8 } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'

export const SALT_BYTES = 32

/** Hex SHA-256 over salt ‖ canonical JSON. Rejects where either can't be read. @param salt base64 */
export async function commitment(salt: string, held: unknown): Promise<string> {
  return sha256Hex(concat(fromBase64(salt), utf8(canonicalJson(held))))
}
