/**
 * @module What a device exports, read back from JSON: a file from outside, of which nothing is
 * believed that was not looked at.
 */
import { NearsideError } from '../core/error.ts'
import type { LedgerEntry } from '../device/ledger/entry.ts'
import { EXPORT_FORMAT } from '../device/worker/exportBundle.ts'

export interface Bundle {
  readonly exported: number
  /** `sequence` of the last entry that was written before the rest was read; −1: there was none. */
  readonly logged: number
  readonly base: { readonly version: string; readonly manifest: string } | null
  readonly events: readonly unknown[]
  readonly personal: { readonly current: unknown; readonly versions: readonly unknown[] }
  readonly settings: Readonly<Record<string, unknown>>
  readonly salt: string
  readonly ledger: readonly LedgerEntry[]
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws NearsideError `input-invalid` for what is no bundle of this format */
export function parseBundle(text: string): Bundle {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw NearsideError.from(error, 'input-invalid', 'The bundle is not readable JSON')
  }
  if (!isRecord(value)) throw invalid('it is not an object')
  if (value.format !== EXPORT_FORMAT)
    throw invalid(
      `its format is ${JSON.stringify(value.format)}, not ${EXPORT_FORMAT}: export it anew`,
    )
  const { exported, logged, events, personal, settings, salt, ledger, base } = value
  if (typeof exported !== 'number') throw invalid('exported is no time')
  if (typeof logged !== 'number') throw invalid('logged is no number of an entry')
  if (typeof salt !== 'string') throw invalid('it has no salt')
  if (!Array.isArray(events)) throw invalid('it has no events')
  if (!isRecord(personal) || !Array.isArray(personal.versions)) throw invalid('it has no versions')
  if (!isRecord(settings)) throw invalid('it has no settings')
  if (base !== null && !isRecord(base)) throw invalid('base is neither null nor a version')
  if (!Array.isArray(ledger) || !ledger.every(isEntry))
    throw invalid('its log has what is no entry')
  return value as unknown as Bundle
}

const SCALARS = ['string', 'number', 'boolean']

function isEntry(value: unknown): value is LedgerEntry {
  if (!isRecord(value)) return false
  const { sequence, time, kind, detail, bytesSent, previous, hash, key, signature } = value
  return (
    [sequence, time, bytesSent].every((number) => typeof number === 'number') &&
    [kind, previous, hash].every((text) => typeof text === 'string') &&
    [key, signature].every((text) => text === undefined || typeof text === 'string') &&
    isRecord(detail) &&
    Object.values(detail).every((fact) => SCALARS.includes(typeof fact))
  )
}

const invalid = (why: string) => new NearsideError('input-invalid', `This is no bundle: ${why}`)
