/**
 * @module Counts requests since a time: of this page (its Performance entries), of the personalizer's worker (the
 * device's log), and of the service worker, which stores the shop. Requests answered from a cache count, too.
 */
import { useEffect, useState } from 'react'
import type { LedgerEntry } from '../../index.ts'
import { usePersonalizer } from '../../react.ts'
import { fetchedForOffline } from '../offline.ts'

/** Milliseconds between two counts of the workers' requests. */
const EVERY = 1000

type Counts = ReadonlyMap<string, number>

/**
 * @param since milliseconds, as `performance.now()`; null: nothing is counted
 * @returns null before the first count, and if a count fails
 */
export function useRequests(since: number | null): Counts | null {
  const page = usePageRequests(since)
  const workers = useWorkerRequests(since)
  if (since === null || !workers) return null
  return sum(page, workers)
}

function usePageRequests(since: number | null): Counts {
  const [counts, setCounts] = useState<Counts>(new Map())
  useEffect(() => {
    if (since === null) return
    const observer = new PerformanceObserver((list) => {
      const asked = list
        .getEntries()
        .filter(({ startTime, name }) => startTime >= since && /^https?:/.test(name))
      setCounts((known) => sum(known, countsOf(asked.map(({ name }) => name))))
    })
    observer.observe({ type: 'resource', buffered: true })
    return () => observer.disconnect()
  }, [since])
  return counts
}

/** Requests of both workers since then. The device's log has a count and the latest request's time for each address. */
function useWorkerRequests(since: number | null): Counts | null {
  const personalizer = usePersonalizer()
  const [before, setBefore] = useState<Counts | null>(null)
  const [now, setNow] = useState<{ readonly logged: Counts; readonly fetched: Counts } | null>(null)
  useEffect(() => {
    if (!personalizer) return
    let left = false
    const read = async () => {
      try {
        const entries = await personalizer.audit.entries()
        const fetched = since === null ? [] : await fetchedForOffline()
        if (left) return
        if (since === null) return setBefore(loggedRequests(entries))
        const after = performance.timeOrigin + since
        setNow({
          logged: loggedRequests(entries, after),
          fetched: countsOf(fetched.filter(({ time }) => time >= after).map(({ path }) => path)),
        })
      } catch {
        if (!left) setNow(null)
      }
    }
    void read()
    // Poll, because a request of a worker may change nothing that the page could subscribe to.
    const timer = setInterval(read, EVERY)
    return () => {
      left = true
      clearInterval(timer)
    }
  }, [personalizer, since])
  return before && now && sum(less(now.logged, before), now.fetched)
}

/**
 * Counts the requests in the device's log, uploads included.
 * @param after leaves out addresses whose last request was before this time, milliseconds since the epoch
 */
export function loggedRequests(entries: readonly LedgerEntry[], after = 0): Counts {
  const asked = entries.filter(
    ({ kind, time }) => (kind === 'request' || kind === 'upload') && time >= after,
  )
  return asked
    .map(({ detail }) => new Map([[String(detail.url), Number(detail.count ?? 1)]]))
    .reduce<Counts>(sum, new Map())
}

const countsOf = (addresses: readonly string[]): Counts =>
  addresses.map((address) => new Map([[address, 1]])).reduce<Counts>(sum, new Map())

export function sum(a: Counts, b: Counts): Counts {
  const counts = new Map(a)
  for (const [address, times] of b) counts.set(address, (counts.get(address) ?? 0) + times)
  return counts
}

/** By how much counts grew. A count that shrank started again with its worker or log, so all of it is growth. */
export function less(now: Counts, before: Counts): Counts {
  const grown = [...now].map(([address, times]) => {
    const earlier = before.get(address) ?? 0
    return [address, times >= earlier ? times - earlier : times] as const
  })
  return new Map(grown.filter(([, times]) => times > 0))
}
