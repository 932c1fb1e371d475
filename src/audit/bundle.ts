/** @module Parses a device's export (a bundle), a file that could come from anybody. */
import type { Budget } from '@nearside/browser/contribution/budget.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import type { Settings } from '@nearside/browser/storage/settingRows.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Fault } from './finding.ts'
import { checkEntry, checkFrame } from './schema.ts'

/** A stored fit of the personal model. The log commits to these fields, except `version`, u and w. */
interface Version {
  readonly version: number
  /** Hex SHA-256 of the base model's manifest. */
  readonly base: string
  readonly u: readonly number[]
  readonly w: readonly number[]
  readonly salt?: string
  readonly checksum: string
}

export interface Bundle {
  readonly exported: number
  /** `sequence` of the log's last entry when the export began to read the other data; −1 if there was no entry. */
  readonly logged: number
  readonly base: { readonly version: string; readonly manifest: string } | null
  readonly events: readonly unknown[]
  readonly personal: { readonly current: number | null; readonly versions: readonly Version[] }
  /** People for whom the shopper shops, each with a separate store. */
  readonly profiles?: readonly Pick<Bundle, 'personal'>[]
  readonly settings: Partial<
    Pick<Settings, 'checkpoints' | 'consent' | 'declared' | 'openings'>
  > & {
    readonly budget?: Pick<Budget, 'participations' | 'earlier'> | null
  }
  readonly salt: string
  readonly ledger: readonly LedgerEntry[]
}

/** A malformed file; `faults` names each part with a wrong form. */
export class MalformedBundle extends NearsideError {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('input-invalid', `The file is not a bundle: ${faults[0].message}`)
    this.faults = faults
  }
}

/** @throws MalformedBundle if the file or one of its entries has a wrong form */
export function parseBundle(file: string | Uint8Array): Bundle {
  const faults: Fault[] = []
  const look = (entry: number | null, check: () => void) => {
    try {
      check()
    } catch (error) {
      faults.push({ check: 'format', entry, message: (error as Error).message })
    }
  }
  let value: unknown
  look(null, () => {
    value = parseStrictJson(file)
    checkFrame(value)
  })
  if (faults.length > 0) throw new MalformedBundle(faults)
  const bundle = value as Bundle
  for (const entry of bundle.ledger) look(numberOf(entry), () => checkEntry(entry))
  if (faults.length > 0) throw new MalformedBundle(faults)
  return bundle
}

function numberOf(entry: unknown): number | null {
  const sequence = isRecord(entry) ? entry.sequence : null
  return Number.isSafeInteger(sequence) && Number(sequence) >= 0 ? Number(sequence) : null
}

/** Deepest accepted nesting of arrays and objects; an exported bundle has about six levels. */
const DEEPEST = 64

/**
 * JSON that all parsers read alike: UTF-8 without a byte order mark, finite numbers, no lone surrogates, no
 * duplicate names in an object, and limited nesting.
 * @throws NearsideError `input-invalid` for any other file
 */
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
  // `JSON.parse` keeps only the last of two members with the same name.
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

/** Deepest nesting, and number of members of all objects. */
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

/**
 * Counts the members of all objects. @throws NearsideError `input-invalid` for values that canonical JSON can't
 * represent
 */
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

const invalid = (why: string) => invalidInput(`The file can’t be read: ${why}`)
