/** @module Removed entries of the log, and the summary in the entry that replaces them. */
import type { LedgerEntry } from './entry.ts'

/** True for an entry that replaces removed entries before it and says where the chain continues. */
export const standsForOthers = ({ kind, detail }: Pick<LedgerEntry, 'kind' | 'detail'>): boolean =>
  (kind === 'fold' || kind === 'erase') && detail?.through !== undefined

/** Token requests are the only requests with a body besides updates. */
export const isTokenRequest = ({ kind, detail }: Pick<LedgerEntry, 'kind' | 'detail'>): boolean =>
  kind === 'request' && detail.purpose === 'token'

/** Bytes of the request bodies that the entries record; a request through a relay counts with its sealed body. */
export const bytesThatLeft = (entries: readonly Pick<LedgerEntry, 'detail' | 'bytesSent'>[]) =>
  entries.reduce(
    (sum, { detail: { relay, sealed = 0, count = 1 }, bytesSent }) =>
      sum + (relay ? Number(sealed) * Number(count) : bytesSent),
    0,
  )

/** Summary of the first `gone` entries and of earlier removed entries: bytes sent and privacy cost; {} for none. */
export function summaryOf(
  entries: readonly LedgerEntry[],
  gone = entries.length,
): LedgerEntry['detail'] {
  if (gone === 0) return {}
  const { sequence: through, hash } = entries[gone - 1]
  const oldest = entries.slice(0, gone)
  const before = entries.findLast(standsForOthers)?.detail ?? {}
  const had = (name: string) => Number(before[name] ?? 0)
  const asked = oldest.filter(isTokenRequest)
  const uploads = oldest.filter(({ kind }) => kind === 'upload')
  // A report counts only once, even if it was sent again, because sending the same bytes again costs no privacy.
  const reports = new Map(uploads.map(({ detail }) => [detail.reportId, detail]))
  reports.delete(before.lastReport)
  return {
    through,
    hash,
    entries: through + 1,
    uploads: uploads.length + had('uploads'),
    reports: reports.size + had('reports'),
    bytesSent: had('bytesSent') + bytesThatLeft(uploads),
    tokenRequests: asked.reduce(
      (sum, { detail }) => sum + Number(detail.count ?? 1),
      had('tokenRequests'),
    ),
    tokenBytes: had('tokenBytes') + bytesThatLeft(asked),
    lossSquared: [...reports.values()].reduce(
      (sum, { noiseMultiplier: z }) => sum + (z ? 1 / Number(z) ** 2 : 0),
      had('lossSquared'),
    ),
    lastReport: uploads.at(-1)?.detail.reportId ?? before.lastReport ?? '',
  }
}
