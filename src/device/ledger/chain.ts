/**
 * @module The hash chain: each entry carries the SHA-256 of the one before it, so that flipping,
 * dropping, swapping or inserting breaks it. Entries that bear on what leaves are signed besides, so
 * that who lacks the log's key can't make the chain anew. Of a log at rest neither shows that its end
 * was cut off; an export ends with an entry of its own, which does.
 */
import { logMessage } from '../../aggregate/privacy/signature.ts'
import { fromHex, sha256Hex, toBase64, utf8 } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import { CONSENT_TERMS } from '../upload/terms.ts'
import type { LedgerEntry } from './entry.ts'
import { standsForOthers, summaryOf } from './removed.ts'
import type { Signer } from './signer.ts'

export type EntryFacts = Pick<LedgerEntry, 'kind' | 'detail' | 'time'> &
  Partial<Pick<LedgerEntry, 'bytesSent'>>

export const NO_PREVIOUS = '0'.repeat(64)

/** Of other entries there are many; the next signature stands for them, too. */
const SIGNED: readonly LedgerEntry['kind'][] = [
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

/**
 * The entry that follows `last` (null: the first of a chain).
 * @param signer null where the browser has no Ed25519
 */
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

/** The entry that stands for the oldest `gone` of all entries, which are about to be removed. */
export function fold(
  entries: readonly LedgerEntry[],
  gone: number,
  time: number,
  signer: Signer | null,
): Promise<LedgerEntry> {
  const detail = { ...consentAfter(entries, gone), ...summaryOf(entries, gone) }
  return chain(entries[entries.length - 1], { kind: 'fold', detail, time }, signer)
}

/** The one entry that an erasure leaves: it follows those that are about to go, and holds no consent. */
export function erasure(
  entries: readonly LedgerEntry[],
  time: number,
  signer: Signer | null,
): Promise<LedgerEntry> {
  const detail = { ...summaryOf(entries), what: 'everything', contribute: false }
  return chain(entries.at(-1) ?? null, { kind: 'erase', detail, time }, signer)
}

const CONSENT = ['contribute', 'wording', ...CONSENT_TERMS]

/** Whether the shopper agreed after the first `gone` entries, and to what. */
function consentAfter(entries: readonly LedgerEntry[], gone: number): LedgerEntry['detail'] {
  const said = entries.findLast((one, at) => at < gone && one.kind === 'consent')
  const detail = (said ?? entries.findLast(standsForOthers))?.detail ?? {}
  const held = Object.entries(detail).filter(([name]) => CONSENT.includes(name))
  return { contribute: false, ...Object.fromEntries(held) }
}
