/**
 * @module JSON in one spelling, so that two parties hash the same bytes (RFC 8785).
 * Not the package `canonicalize`, which the test compares it with: that one drops undefined members
 * and lets half a surrogate pair pass, where this one refuses, and is no smaller in the worker.
 * ECMAScript's own number and string serialisation is the one that the RFC prescribes.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
import { NearsideError } from './error.ts'

/** @throws NearsideError `input-invalid` for what JSON can't say: NaN, undefined, lone surrogates */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid(`the number ${value}`)
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw invalid('a string with half a surrogate pair')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    // Default sort compares UTF-16 code units, as RFC 8785 §3.2.3 asks.
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
  return new NearsideError('input-invalid', `Canonical JSON can't hold ${what}`)
}
