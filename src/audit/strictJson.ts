/**
 * @module JSON that all parsers read alike: UTF-8 without a byte order mark, finite numbers, no lone surrogates, no
 * duplicate names in an object, and limited nesting.
 */
import { NearsideError } from '@nearside/core/error.ts'

/** Deepest nesting of arrays and objects; an exported bundle has about six levels. */
const DEEPEST = 64

/** @throws NearsideError `input-invalid` */
export function parseStrictJson(file: string | Uint8Array): unknown {
  const text = typeof file === 'string' ? file : decode(file)
  const { depth, members } = structureOf(text)
  if (depth > DEEPEST) throw invalid(`it is nested more than ${DEEPEST} levels deep`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw NearsideError.from(error, 'input-invalid', 'The file is not readable JSON')
  }
  // `JSON.parse` silently keeps the last of two members with the same name.
  if (countMembers(value) !== members) throw invalid('an object has a name twice')
  return value
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw NearsideError.from(error, 'input-invalid', 'The file is not UTF-8')
  }
}

/** Nesting depth of a text, and number of members in its objects (colons outside strings). */
function structureOf(text: string): { readonly depth: number; readonly members: number } {
  let [level, depth, members, isInString] = [0, 0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isInString && character === '\\') at++
    else if (character === '"') isInString = !isInString
    else if (isInString) continue
    else if (character === '[' || character === '{') depth = Math.max(depth, ++level)
    else if (character === ']' || character === '}') level--
    else if (character === ':') members++
  }
  return { depth, members }
}

/** @throws NearsideError `input-invalid` for values that canonical JSON can't represent */
function countMembers(value: unknown): number {
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalid('a number is too large')
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value))
    throw invalid('a text has half a surrogate pair')
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + countMembers(one), 0)
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + 1 + countMembers(name) + countMembers(one),
    0,
  )
}

const invalid = (why: string) =>
  new NearsideError('input-invalid', `The file can’t be read: ${why}`)
