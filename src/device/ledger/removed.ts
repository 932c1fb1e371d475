/** @module Entries of the log that were removed, and what the one that stands for them says of them. */
import type { LedgerEntry } from './entry.ts'

/** True for an entry that stands for those before it, which were removed, and says where the chain goes on. */
export const standsForOthers = ({ kind, detail }: Pick<LedgerEntry, 'kind' | 'detail'>): boolean =>
  (kind === 'fold' || kind === 'erase') && detail?.through !== undefined

/** What is removed with the oldest `gone` of all entries: how many, what they sent and cost, and the consent that held then. */
export function summaryOf(entries: readonly LedgerEntry[], gone: number): LedgerEntry['detail'] {
  const { sequence: through, hash } = entries[gone - 1]
  const oldest = entries.slice(0, gone)
  const before = entries.findLast(standsForOthers)?.detail ?? {}
  const uploads = oldest.filter(({ kind }) => kind === 'upload')
  // A report that was sent again cost no more.
  const reports = new Map(uploads.map(({ detail }) => [detail.reportId, detail]))
  reports.delete(before.lastReport)
  const consent = oldest.findLast(({ kind }) => kind === 'consent')?.detail ?? before
  const terms = ['contribute', 'epsilonPerReport', 'epsilonPerYear', 'delta', 'trust']
  return {
    contribute: false,
    ...Object.fromEntries(Object.entries(consent).filter(([name]) => terms.includes(name))),
    through,
    hash,
    entries: through + 1,
    uploads: uploads.length + Number(before.uploads ?? 0),
    bytesSent: oldest.reduce((sum, one) => sum + one.bytesSent, Number(before.bytesSent ?? 0)),
    lossSquared: [...reports.values()].reduce(
      (sum, { noiseMultiplier: z }) => sum + (z ? 1 / Number(z) ** 2 : 0),
      Number(before.lossSquared ?? 0),
    ),
    lastReport: uploads.at(-1)?.detail.reportId ?? before.lastReport ?? '',
  }
}

/** Bytes of uploads over a whole log: its entries, and those that its newest `fold` or `erase` stands for. */
export function bytesSent(entries: readonly LedgerEntry[]): number {
  const before = entries.findLast(standsForOthers)?.detail.bytesSent
  return entries.reduce((sum, entry) => sum + entry.bytesSent, Number(before ?? 0))
}
