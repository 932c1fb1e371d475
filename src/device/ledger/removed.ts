/** @module Entries of the log that were removed, and what the one that stands for them says of them. */
import type { LedgerEntry } from './entry.ts'

/** True for an entry that stands for those before it, which were removed, and says where the chain goes on. */
export const standsForOthers = ({ kind, detail }: Pick<LedgerEntry, 'kind' | 'detail'>): boolean =>
  (kind === 'fold' || kind === 'erase') && detail?.through !== undefined

/** True for requests for tokens: the only ones with a body besides updates. */
export const isTokenRequest = ({ kind, detail }: Pick<LedgerEntry, 'kind' | 'detail'>): boolean =>
  kind === 'request' && detail.purpose === 'token'

/** Bytes of its bodies, as they left: sealed, where a relay carried them. */
export const bytesThatLeft = ({
  detail: { relay, sealed = 0, count = 1 },
  bytesSent,
}: Pick<LedgerEntry, 'detail' | 'bytesSent'>): number =>
  relay === undefined ? bytesSent : Number(sealed) * Number(count)

/** What the first `gone` of all entries sent and cost, with those removed before; {} for none. */
export function summaryOf(
  entries: readonly LedgerEntry[],
  gone = entries.length,
): LedgerEntry['detail'] {
  if (gone === 0) return {}
  const { sequence: through, hash } = entries[gone - 1]
  const oldest = entries.slice(0, gone)
  const before = entries.findLast(standsForOthers)?.detail ?? {}
  const had = (name: string) => Number(before[name] ?? 0)
  const bytesOf = (those: readonly LedgerEntry[]) =>
    those.reduce((sum, one) => sum + bytesThatLeft(one), 0)
  const asked = oldest.filter(isTokenRequest)
  const uploads = oldest.filter(({ kind }) => kind === 'upload')
  // A report that was sent again is one, and cost no more.
  const reports = new Map(uploads.map(({ detail }) => [detail.reportId, detail]))
  reports.delete(before.lastReport)
  return {
    through,
    hash,
    entries: through + 1,
    uploads: uploads.length + had('uploads'),
    reports: reports.size + had('reports'),
    bytesSent: had('bytesSent') + bytesOf(uploads),
    tokenRequests: asked.reduce(
      (sum, { detail }) => sum + Number(detail.count ?? 1),
      had('tokenRequests'),
    ),
    tokenBytes: had('tokenBytes') + bytesOf(asked),
    lossSquared: [...reports.values()].reduce(
      (sum, { noiseMultiplier: z }) => sum + (z ? 1 / Number(z) ** 2 : 0),
      had('lossSquared'),
    ),
    lastReport: uploads.at(-1)?.detail.reportId ?? before.lastReport ?? '',
  }
}
