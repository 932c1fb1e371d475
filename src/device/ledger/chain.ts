/**
 * @module The hash chain: each entry carries the SHA-256 of the one before it, so that flipping,
 * dropping, swapping or inserting breaks it. Cutting off the tail is the one change a chain alone
 * can't show; whoever holds an older export or a receipt can.
 */
import { sha256Hex } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import type { LedgerEntry } from './entry.ts'

export type EntryFacts = Pick<LedgerEntry, 'kind' | 'detail' | 'time'> &
  Partial<Pick<LedgerEntry, 'bytesSent'>>

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

/** The entry that stands for the oldest `gone` of all entries, which are about to be removed. */
export function fold(
  entries: readonly LedgerEntry[],
  gone: number,
  time: number,
): Promise<LedgerEntry> {
  const { sequence: through, hash } = entries[gone - 1]
  const oldest = entries.slice(0, gone)
  const before = entries.findLast(({ kind }) => kind === 'fold')?.detail
  const detail = {
    through,
    hash,
    entries: through + 1,
    uploads: oldest.filter(({ kind }) => kind === 'upload').length + Number(before?.uploads ?? 0),
    bytesSent: oldest.reduce((sum, one) => sum + one.bytesSent, Number(before?.bytesSent ?? 0)),
  }
  return chain(entries[entries.length - 1], { kind: 'fold', detail, time })
}

/** Bytes of uploads over a whole log: its entries, and those that its newest `fold` stands for. */
export function bytesSent(entries: readonly LedgerEntry[]): number {
  const folded = entries.findLast(({ kind }) => kind === 'fold')?.detail.bytesSent
  return entries.reduce((sum, entry) => sum + entry.bytesSent, Number(folded ?? 0))
}

/** Re-computes the whole chain; entries may come from anywhere. */
export async function verifyChain(entries: readonly unknown[]): Promise<Verdict> {
  let { sequence, previous } = startOf(entries)
  for (const [position, value] of entries.entries()) {
    if (!(await follows(value, sequence, previous))) {
      return { ok: false, entries: entries.length, brokenAt: position }
    }
    sequence++
    previous = (value as LedgerEntry).hash
  }
  return { ok: true, entries: entries.length, brokenAt: null }
}

/** The newest `fold`, itself part of the chain, says after which entry the chain goes on. */
function startOf(entries: readonly unknown[]): { sequence: number; previous: string } {
  const isFold = (value: unknown) => (value as Partial<LedgerEntry> | null)?.kind === 'fold'
  const detail = (entries.findLast(isFold) as Partial<LedgerEntry> | undefined)?.detail
  return typeof detail?.through === 'number' && typeof detail.hash === 'string'
    ? { sequence: detail.through + 1, previous: detail.hash }
    : { sequence: 0, previous: NO_PREVIOUS }
}

async function follows(value: unknown, sequence: number, previous: string): Promise<boolean> {
  if (typeof value !== 'object' || value === null) return false
  const { hash, ...entry } = value as LedgerEntry
  if (entry.sequence !== sequence || entry.previous !== previous) return false
  try {
    return (await hashOf(entry)) === hash
  } catch {
    // Not canonical: never written by us.
    return false
  }
}
