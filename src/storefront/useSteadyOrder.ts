/**
 * @module Personal order of a page's products, which stays fixed once it is shown. Otherwise the page's own events (a
 * query, a view) would move products while the shopper looks at them.
 */
import { useState, useSyncExternalStore } from 'react'
import type { Recommendation } from '../index.ts'
import { usePersonalization, useRerank } from '../react.ts'
import { order } from './preferences.ts'
import { useSignal } from './signal.ts'

interface Steady {
  readonly ids: readonly string[]
  /** Ranks and reasons that are known of the items, in any order. */
  readonly ranked: readonly Recommendation[]
  /** False until an order is known. */
  readonly settled: boolean
}

/**
 * @param list name of the list, e.g. a department or a query; another list, or a switch between personal and
 * shop order, brings a new order
 * @param popular whether `ids` are in a new shopper's order. If so, a new shopper's first page doesn't wait for the
 * device, and a prerendered page shows `ids` as they are
 */
export function useSteadyOrder(list: string, ids: readonly string[], popular = false): Steady {
  const wanted = useSignal(order)
  const reader = useSyncExternalStore(never, readerNow, () => 'anybody')
  const isNew = usePersonalization().events.count === 0 && reader === 'new'
  const ranked = useRerank(ids, { order: wanted, soldOut: true })
  const key = `${wanted}\n${list}`
  const anybodys = popular && reader === 'anybody'
  const [kept, keep] = useState<{ readonly key: string; readonly ids: readonly string[] } | null>(
    null,
  )
  const isRanked = ranked.status === 'ready' && ranked.current && ranked.items.length === ids.length
  const answered = isRanked || (popular && isNew)
  if (answered && kept?.key !== key) keep({ key, ids: isRanked ? ranked.ids : ids })
  if (kept?.key === key) return { ids: kept.ids, ranked: ranked.items, settled: true }
  // While the order of the next list is computed (the shopper types), keep the last order: placeholders would flicker.
  return {
    ids: ranked.ids,
    ranked: ranked.items,
    settled: kept !== null || answered || anybodys || ranked.status === 'error',
  }
}

const never = () => () => {}

/** Reads the mark by which `beforePaint.ts` says that this device knows the shopper. */
const readerNow = () => ('returning' in document.documentElement.dataset ? 'returning' : 'new')
