/** @module Whether a log holds: re-computed as a whole, when somebody asks. */
import { logMessage, verify } from '../../aggregate/privacy/signature.ts'
import { fromBase64, fromHex } from '../../core/bytes.ts'
import { hashOf, isSigned, NO_PREVIOUS } from './chain.ts'
import type { LedgerEntry } from './entry.ts'
import { standsForOthers } from './removed.ts'

export interface Verdict {
  readonly ok: boolean
  readonly entries: number
  /** Position of the first entry that doesn't fit; null when all do. */
  readonly brokenAt: number | null
  /** Entries whose signature holds; each stands for all before it. */
  readonly signed: number
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
