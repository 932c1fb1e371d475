/**
 * @module All requests of the shop since the page opened, from three sources. The service worker reports the requests
 * of all pages, of their workers, and its own. The page's Performance entries list requests made before the service
 * worker ran. The device's log lists those of a vault (a frame on another origin), or of a worker that started before
 * the service worker.
 */
import { useEffect, useSyncExternalStore } from 'react'
import type { LedgerEntry, Personalizer } from '../../index.ts'
import { usePersonalizer } from '../../react.ts'
import { type Asked, addAsked, allAsked, subscribeAsked } from './asked.ts'

/** Milliseconds between two readings of the device's log. Nothing notifies the page of a new entry. */
const EVERY = 1000

const NONE: readonly Asked[] = []

/** All requests so far, oldest first. */
export function useAsked(): readonly Asked[] {
  useLog()
  return useSyncExternalStore(subscribeAsked, allAsked, () => NONE)
}

/** Adds the page's Performance entries: the document, and requests that no service worker handled. */
export function collectEntries(): void {
  const { timeOrigin } = performance
  const add = (entries: readonly PerformanceEntry[]) =>
    addAsked((entries as PerformanceResourceTiming[]).flatMap((one) => fromEntry(one, timeOrigin)))
  add(performance.getEntriesByType('navigation'))
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ type: 'resource', buffered: true })
}

/**
 * Converts a Performance entry to a request. Returns none for a request that the service worker handled and so reports;
 * it reports no documents.
 */
export function fromEntry(
  entry: Pick<
    PerformanceResourceTiming,
    'entryType' | 'name' | 'startTime' | 'workerStart' | 'transferSize' | 'decodedBodySize'
  >,
  timeOrigin: number,
): readonly Asked[] {
  const { entryType, name, startTime, workerStart, transferSize, decodedBodySize } = entry
  const isDocument = entryType === 'navigation'
  if (!/^https?:/.test(name) || (!isDocument && workerStart > 0)) return []
  const isStored = transferSize === 0 && decodedBodySize > 0
  const way = isStored ? 'here' : 'network'
  // A Performance entry doesn't tell the size of the request's body; the request for a document has none.
  const sent = isDocument ? 0 : null
  return [{ address: name, time: timeOrigin + startTime, way, sent, by: 'browser' }]
}

interface Total {
  readonly count: number
  /** Bytes of all bodies. */
  readonly sent: number
  /** Time of the last request, milliseconds since the epoch. */
  readonly time: number
}

type Totals = ReadonlyMap<string, Total>

/** Totals of the log when the page opened; null before the first reading. */
let opened: Totals | null = null

function useLog(): void {
  const personalizer = usePersonalizer()
  useEffect(() => {
    if (!personalizer) return
    const read = () => readLog(personalizer)
    void read()
    const timer = setInterval(read, EVERY)
    return () => clearInterval(timer)
  }, [personalizer])
}

/** Adds requests that are new in the log. The first call sets the starting totals, so call it when the page opens. */
export async function readLog({ audit, getSnapshot }: Personalizer): Promise<void> {
  const entries = await audit.entries().catch(() => null)
  if (!entries) return
  const now = totalsOf(entries)
  opened ??= beforeOpening(now, performance.timeOrigin)
  addAsked(unreported(now, opened, allAsked(), getSnapshot().vault))
}

/** Totals of the log by address. The log has one entry for each day and address. */
export function totalsOf(entries: readonly LedgerEntry[]): Totals {
  const totals = new Map<string, Total>()
  for (const { kind, time, detail, bytesSent } of entries) {
    if (kind !== 'request' && kind !== 'upload') continue
    const address = String(detail.url)
    const { count, sent } = totals.get(address) ?? { count: 0, sent: 0 }
    totals.set(address, { count: count + Number(detail.count ?? 1), sent: sent + bytesSent, time })
  }
  return totals
}

/**
 * Totals when the page opened, from the first reading after that. An address that was requested between opening and
 * reading counts as requested once since the opening, because the log doesn't say how often.
 * @param time when the page opened, milliseconds since the epoch
 */
export function beforeOpening(now: Totals, time: number): Totals {
  return new Map(
    [...now].map(([address, total]) =>
      total.time < time ? [address, total] : [address, { ...total, count: total.count - 1 }],
    ),
  )
}

/**
 * Requests that only the device's log lists.
 * @param inVault whether a vault (a frame on another origin) makes the requests, unseen by the shop's service worker
 */
export function unreported(
  now: Totals,
  before: Totals,
  asked: readonly Asked[],
  inVault: boolean,
): readonly Asked[] {
  return [...now].flatMap(([address, { count, sent, time }]) => {
    const earlier = before.get(address) ?? { count: 0, sent: 0 }
    // A log that was erased starts anew with smaller totals.
    const isSameLog = count >= earlier.count
    const grown = isSameLog ? count - earlier.count : count
    const known = asked.filter(
      (one) => one.address === address && (one.by === 'log' || (one.by === 'shop' && !inVault)),
    )
    const bytes = isSameLog ? sent - earlier.sent : sent
    const counted = known.reduce((sum, one) => sum + (one.sent ?? 0), 0)
    return Array.from({ length: Math.max(0, grown - known.length) }, (_, at): Asked => {
      const rest = at === 0 ? Math.max(0, bytes - counted) : 0
      return { address, time, way: 'network', sent: rest, by: 'log' }
    })
  })
}
