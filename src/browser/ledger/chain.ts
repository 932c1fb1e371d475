/**
 * @module Hash chain of the log. Each entry contains the SHA-256 of the previous entry, so a changed, dropped, swapped
 * or inserted entry breaks the chain. Entries about data that leave the device are signed, too, so nobody without the
 * log's key can rebuild the chain. The chain doesn't show that the end of a stored log was cut off; in an export it
 * does, because the last entry of an exported log is about the export.
 */
import { logMessage } from '@nearside/aggregate/privacy/signature.ts'
import { concat, fromBase64, fromHex, sha256Hex, toBase64, utf8 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { CONSENT_TERMS } from '../contribution/terms.ts'
import type { LedgerEntry } from './entry.ts'
import { standsForOthers, summaryOf } from './removed.ts'
import type { Signer } from './signer.ts'

export type EntryFacts = Pick<LedgerEntry, 'kind' | 'detail' | 'time'> &
  Partial<Pick<LedgerEntry, 'bytesSent'>>

export const NO_PREVIOUS = '0'.repeat(64)

/** Kinds of entries that are signed. The other kinds are frequent, and the next signature covers their entries, too. */
const SIGNED: readonly LedgerEntry['kind'][] = [
  'agent',
  'upload',
  'receipt',
  'consent',
  'guard',
  'erase',
  'restore',
  'fold',
  'export',
]
export const isSigned = ({ kind }: Pick<LedgerEntry, 'kind'>) => SIGNED.includes(kind)

export const hashOf = (entry: Omit<LedgerEntry, 'hash' | 'signature'>): Promise<string> =>
  sha256Hex(utf8(canonicalJson(entry)))

/** @param last null for the first entry of a chain */
export async function chain(
  last: LedgerEntry | null,
  facts: EntryFacts,
  signer: Signer | null = null,
): Promise<LedgerEntry> {
  const by = isSigned(facts) ? signer : null
  const entry = {
    sequence: last === null ? 0 : last.sequence + 1,
    time: facts.time,
    kind: facts.kind,
    detail: facts.detail,
    bytesSent: facts.bytesSent ?? 0,
    previous: last === null ? NO_PREVIOUS : last.hash,
    ...(by && { key: by.key }),
  }
  const hash = await hashOf(entry)
  return by
    ? { ...entry, hash, signature: toBase64(await by.sign(logMessage(fromHex(hash)))) }
    : { ...entry, hash }
}

/** Creates the `fold` entry that replaces the oldest `gone` entries, which are about to be removed. */
export function fold(
  entries: readonly LedgerEntry[],
  gone: number,
  time: number,
  signer: Signer | null,
): Promise<LedgerEntry> {
  const detail = { ...consentAfter(entries, gone), ...summaryOf(entries, gone) }
  return chain(entries[entries.length - 1], { kind: 'fold', detail, time }, signer)
}

/** Creates the only entry that remains after an erasure; it links to the last removed entry and ends any consent. */
export function erasure(
  entries: readonly LedgerEntry[],
  time: number,
  signer: Signer | null,
): Promise<LedgerEntry> {
  const detail = { ...summaryOf(entries), what: 'everything', contribute: false }
  return chain(entries.at(-1) ?? null, { kind: 'erase', detail, time }, signer)
}

const CONSENT = ['contribute', 'wording', ...CONSENT_TERMS]

function consentAfter(entries: readonly LedgerEntry[], gone: number): LedgerEntry['detail'] {
  const said = entries.findLast((one, at) => at < gone && one.kind === 'consent')
  const detail = (said ?? entries.findLast(standsForOthers))?.detail ?? {}
  const held = Object.entries(detail).filter(([name]) => CONSENT.includes(name))
  return { contribute: false, ...Object.fromEntries(held) }
}

export const SALT_BYTES = 32

/**
 * Salted commitment to erasable data beside the log: hex SHA-256 over salt ‖ canonical JSON. Without the salt, nobody
 * can check a guess of the data. Rejects if salt or data can't be read.
 * @param salt base64
 */
export async function commitment(salt: string, held: unknown): Promise<string> {
  return sha256Hex(concat(fromBase64(salt), utf8(canonicalJson(held))))
}
