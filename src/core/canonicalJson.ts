/**
 * @module Canonical JSON, so that two parties hash the same bytes (RFC 8785). ECMAScript serialises numbers and strings
 * as the RFC prescribes. The package `canonicalize` isn't used, because it accepts undefined members and lone
 * surrogates.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
import { invalidInput, type NearsideError } from './error.ts'

/** @throws NearsideError `input-invalid` for values that JSON lacks: NaN, undefined, lone surrogates */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalid(`the number ${value}`)
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value))
    throw invalid('a string with half a surrogate pair')
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value))
    return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    // The default sort compares UTF-16 code units, as RFC 8785 §3.2.3 requires.
    const members = Object.keys(value)
      .sort()
      .map((key) => {
        const member = (value as Record<string, unknown>)[key]
        return `${canonicalJson(key)}:${canonicalJson(member)}`
      })
    return `{${members.join(',')}}`
  }
  throw invalid(`a value of type ${typeof value}`)
}

function invalid(what: string): NearsideError {
  return invalidInput(`Canonical JSON can't hold ${what}`)
}
