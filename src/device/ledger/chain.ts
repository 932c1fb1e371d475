/**
 * @module The hash chain: each entry carries the SHA-256 of the one before it, so that flipping,
 * dropping, swapping or inserting breaks it. Cutting off the tail is the one change a chain alone
 * can't show; whoever holds an older export or a receipt can.
 */
import { canonicalJson } from '../../core/canonicalJson.ts'
import { sha256Hex } from '../../core/model/hash.ts'
import type { LedgerEntry } from './entry.ts'

export type EntryFacts = Pick<LedgerEntry, 'kind' | 'detail' | 'time'> & {
  readonly bytesSent?: number
}

export interface Verdict {
  readonly ok: boolean
  readonly entries: number
  /** Position of the first entry that doesn't fit; null when all do. */
  readonly brokenAt: number | null
}

const NO_PREVIOUS = '0'.repeat(64)

const hashOf = (entry: Omit<LedgerEntry, 'hash'>): Promise<string> =>
  sha256Hex(new TextEncoder().encode(canonicalJson(entry)))

/** The entry that follows `last` (null: the first of a chain). */
export async function chain(last: LedgerEntry | null, facts: EntryFacts): Promise<LedgerEntry> {
  const entry = {
    sequence: last === null ? 0 : last.sequence + 1,
    time: facts.time,
    kind: facts.kind,
    detail: facts.detail,
    bytesSent: facts.bytesSent ?? 0,
    previous: last === null ? NO_PREVIOUS : last.hash,
  }
  return { ...entry, hash: await hashOf(entry) }
}

/** Re-computes the whole chain; entries may come from anywhere. */
export async function verifyChain(entries: readonly unknown[]): Promise<Verdict> {
  let previous = NO_PREVIOUS
  for (const [position, value] of entries.entries()) {
    if (!(await follows(value, position, previous))) {
      return { ok: false, entries: entries.length, brokenAt: position }
    }
    previous = (value as LedgerEntry).hash
  }
  return { ok: true, entries: entries.length, brokenAt: null }
}

async function follows(value: unknown, position: number, previous: string): Promise<boolean> {
  if (typeof value !== 'object' || value === null) return false
  const { hash, ...entry } = value as LedgerEntry
  if (entry.sequence !== position || entry.previous !== previous) return false
  try {
    return (await hashOf(entry)) === hash
  } catch {
    // Not canonical: never written by us.
    return false
  }
}
