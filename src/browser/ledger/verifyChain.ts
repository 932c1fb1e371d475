/** @module Verifies a log: recomputes its whole chain of hashes. */
import { logMessage, verify } from '@nearside/aggregate/privacy/signature.ts'
import { fromBase64, fromHex } from '@nearside/core/bytes.ts'
import { hashOf, isSigned, NO_PREVIOUS } from './chain.ts'
import type { LedgerEntry } from './entry.ts'
import { standsForOthers } from './removed.ts'

export interface Verdict {
  readonly ok: boolean
  readonly entries: number
  /** Index of the first invalid entry; null if all entries are valid. */
  readonly brokenAt: number | null
  /** Number of entries with a valid signature; each signature covers all entries before it. */
  readonly signed: number
}

/** Number of hashes computed concurrently, because WebCrypto answers each request with a delay. */
const AT_ONCE = 256

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
      // From the first signature on, one key makes all signatures of the log.
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

/**
 * Sequence number and previous hash that the first stored entry must have. If entries were removed, the newest entry
 * that replaces them states both.
 */
function startOf(entries: readonly unknown[]): { sequence: number; previous: string } {
  const stands = (value: unknown) => value !== null && standsForOthers(value as LedgerEntry)
  const detail = (entries.findLast(stands) as LedgerEntry | undefined)?.detail
  return typeof detail?.through === 'number' && typeof detail.hash === 'string'
    ? { sequence: detail.through + 1, previous: detail.hash }
    : { sequence: 0, previous: NO_PREVIOUS }
}

async function isWhole(value: unknown): Promise<boolean> {
  if (typeof value !== 'object' || value === null) return false
  const { hash, signature, ...entry } = value as LedgerEntry
  const { key } = entry
  try {
    if ((await hashOf(entry)) !== hash) return false
    if (key === undefined || signature === undefined) return key === signature
    return await verify(fromBase64(key), fromBase64(signature), logMessage(fromHex(hash)))
  } catch {
    // A field has no canonical JSON, or isn't hex or base64: our code didn't write this entry.
    return false
  }
}
