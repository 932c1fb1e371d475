/**
 * @module The hash chain: each entry carries the SHA-256 of the one before it, so that flipping,
 * dropping, swapping or inserting breaks it. Entries that bear on what leaves are signed besides, so
 * that who lacks the log's key can't make the chain anew. Of a log at rest neither shows that its end
 * was cut off; an export ends with an entry of its own, which does.
 */
import { logMessage, verify } from '../../aggregate/privacy/signature.ts'
import { fromBase64, fromHex, sha256Hex, toBase64, utf8 } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import type { LedgerEntry } from './entry.ts'
import { standsForOthers, summaryOf } from './removed.ts'
import type { Signer } from './signer.ts'

export type EntryFacts = Pick<LedgerEntry, 'kind' | 'detail' | 'time'> &
  Partial<Pick<LedgerEntry, 'bytesSent'>>

export interface Verdict {
  readonly ok: boolean
  readonly entries: number
  /** Position of the first entry that doesn't fit; null when all do. */
  readonly brokenAt: number | null
  /** Entries whose signature holds; each stands for all before it. */
  readonly signed: number
}

const NO_PREVIOUS = '0'.repeat(64)

/** Of other entries there are many; the next signature stands for them, too. */
const SIGNED: readonly LedgerEntry['kind'][] = [
  'upload',
  'receipt',
  'consent',
  'guard',
  'erase',
  'fold',
  'export',
]
export const isSigned = ({ kind }: Pick<LedgerEntry, 'kind'>) => SIGNED.includes(kind)

const hashOf = (entry: Omit<LedgerEntry, 'hash' | 'signature'>): Promise<string> =>
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
  const detail = summaryOf(entries, gone)
  return chain(entries[entries.length - 1], { kind: 'fold', detail, time }, signer)
}

/** The one entry that an erasure leaves: it follows those that are about to go, and holds no consent. */
export function erasure(
  entries: readonly LedgerEntry[],
  time: number,
  signer: Signer | null,
): Promise<LedgerEntry> {
  const last = entries.at(-1) ?? null
  const { epsilonPerReport, epsilonPerYear, delta, trust, ...numbers } =
    last === null ? {} : summaryOf(entries, entries.length)
  const detail = { ...numbers, what: 'everything', contribute: false }
  return chain(last, { kind: 'erase', detail, time }, signer)
}

/** Hashes that are computed at once: WebCrypto answers each some time later. */
const AT_ONCE = 256

/** Re-computes the whole chain and checks its signatures; entries may come from anywhere. */
export async function verifyChain(entries: readonly unknown[]): Promise<Verdict> {
  let { sequence, previous } = startOf(entries)
  let key: string | undefined
  let signed = 0
  let whole: readonly boolean[] = []
  for (const [position, value] of entries.entries()) {
    if (position % AT_ONCE === 0)
      whole = await Promise.all(entries.slice(position, position + AT_ONCE).map(isWhole))
    const entry = value as LedgerEntry
    if (
      !whole[position % AT_ONCE] ||
      entry.sequence !== sequence ||
      entry.previous !== previous ||
      // One key for the whole log, from the first signature on.
      (key !== undefined && isSigned(entry) && entry.key !== key)
    )
      return { ok: false, entries: entries.length, brokenAt: position, signed }
    if (entry.key !== undefined) {
      key ??= entry.key
      signed++
    }
    sequence++
    previous = entry.hash
  }
  return { ok: true, entries: entries.length, brokenAt: null, signed }
}

/** The newest entry that stands for others, itself part of the chain, says after which entry it goes on. */
function startOf(entries: readonly unknown[]): { sequence: number; previous: string } {
  const stands = (value: unknown) => value !== null && standsForOthers(value as LedgerEntry)
  const detail = (entries.findLast(stands) as LedgerEntry | undefined)?.detail
  return typeof detail?.through === 'number' && typeof detail.hash === 'string'
    ? { sequence: detail.through + 1, previous: detail.hash }
    : { sequence: 0, previous: NO_PREVIOUS }
}

/** Has its own hash, and is signed by the key that it names, if it names one. */
async function isWhole(value: unknown): Promise<boolean> {
  if (typeof value !== 'object' || value === null) return false
  const { hash, signature, ...entry } = value as LedgerEntry
  const { key } = entry
  try {
    if ((await hashOf(entry)) !== hash) return false
    if (key === undefined || signature === undefined) return key === signature
    return await verify(fromBase64(key), fromBase64(signature), logMessage(fromHex(hash)))
  } catch {
    // Not canonical, or not base64: never written by us.
    return false
  }
}
