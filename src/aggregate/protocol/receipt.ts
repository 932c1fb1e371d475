/** @module Receipt: the leader's answer to a report, with its signature over the SHA-256 of the report's body. */
import { fromBase64 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'

export interface Receipt {
  /** Report id, hex. */
  readonly id: string
  readonly round: number
  /** Hex SHA-256 of the report's bytes. */
  readonly bodyHash: string
  /** Base64 Ed25519 signature. */
  readonly signature: string
}

/** @throws NearsideError `report-invalid` */
export function parseReceipt(value: unknown): Receipt {
  const receipt = (value ?? {}) as Record<string, unknown>
  const { id, round, bodyHash, signature } = receipt
  if (
    typeof id !== 'string' ||
    typeof round !== 'number' ||
    typeof bodyHash !== 'string' ||
    typeof signature !== 'string'
  )
    throw new NearsideError('report-invalid', 'The leader sent no receipt')
  try {
    fromBase64(signature)
  } catch (cause) {
    throw new NearsideError('report-invalid', 'The receipt’s signature is malformed', { cause })
  }
  return { id, round, bodyHash, signature }
}
