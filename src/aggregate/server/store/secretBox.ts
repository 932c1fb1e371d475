/**
 * @module Encrypts secrets in a database that others can read, above all in backups (AES-256-GCM). The key to these
 * secrets is stored elsewhere. A value's first byte says whether it is encrypted.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type Bytes, concat, ownBytes, utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'

const [PLAIN, SEALED] = [0, 1]
const IV_BYTES = 12
const TAG_BYTES = 16

/** Box for secrets. `place` names where a value belongs; an encrypted value opens only with the same `place`. */
export interface SecretBox {
  seal(place: string, value: Uint8Array): Bytes
  /** @throws NearsideError `storage-corrupt` without the key that encrypted the value */
  open(place: string, stored: Uint8Array): Bytes
}

/** Box of a database that overwrites deleted data. This box stores values unencrypted. */
export const OPEN_BOX: SecretBox = {
  seal: (_place, value) => ownBytes(value),
  open: (_place, stored) => Uint8Array.from(stored),
}

/** @param key 32 bytes; null leaves values unencrypted */
export function createSecretBox(key: Uint8Array | null): SecretBox {
  return {
    seal(place, value) {
      if (key === null) return concat(Uint8Array.of(PLAIN), value)
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(utf8(place))
      const sealed = [cipher.update(value), cipher.final()]
      return concat(Uint8Array.of(SEALED), iv, ...sealed, cipher.getAuthTag())
    },
    open(place, stored) {
      const [kind, rest] = [stored[0], stored.subarray(1)]
      if (kind === PLAIN && key === null) return ownBytes(Uint8Array.from(rest))
      try {
        if (kind !== SEALED || key === null)
          throw new Error('stored without --store-key but read with it, or the reverse')
        const decipher = createDecipheriv('aes-256-gcm', key, rest.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        })
        decipher.setAAD(utf8(place)).setAuthTag(rest.subarray(-TAG_BYTES))
        return concat(decipher.update(rest.subarray(IV_BYTES, -TAG_BYTES)), decipher.final())
      } catch (cause) {
        throw new NearsideError(
          'storage-corrupt',
          'The database can’t be read with this --store-key: give the one that it was created with',
          { cause },
        )
      }
    },
  }
}
