/**
 * @module Ranks a page's products for the shopper, and keeps this ranking once it is on screen. Otherwise the page's
 * own events (a query, a view) would move products while the shopper looks at them.
 */
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Recommendation } from '../index.ts'
import { usePersonalization, useRerank } from '../react.ts'
import { order } from './preferences.ts'
import { useSignal } from './signal.ts'
import { who } from './stored.ts'

interface Steady {
  readonly ids: readonly string[]
  /** Known ranks and reasons of the items, in any sequence. */
  readonly ranked: readonly Recommendation[]
  /** False until a ranking is known. */
  readonly settled: boolean
}

interface Shown {
  readonly key: string
  /** Number of erasures on this device when these products were shown. */
  readonly erasures: number
  readonly ids: readonly string[]
}

/**
 * Products as last shown at each entry of the browser's history, so that "back" shows them in the same order. A reload
 * forgets them.
 */
const shownAt = new Map<string, Shown>()
const MOST_ENTRIES = 50
const entryNow = (): string => globalThis.history?.state?.key ?? ''

function keepShown(shown: Shown): void {
  shownAt.delete(entryNow())
  shownAt.set(entryNow(), shown)
  for (const oldest of shownAt.keys()) if (shownAt.size > MOST_ENTRIES) shownAt.delete(oldest)
}

/**
 * Products as last shown at the current history entry. Null if that entry showed another list or other products, or if
 * the shopper has made the device forget something since.
 */
function shownHere(key: string, erasures: number, ids: readonly string[]): Shown | null {
  const shown = shownAt.get(entryNow())
  if (shown?.key !== key || shown.erasures !== erasures || shown.ids.length !== ids.length)
    return null
  const wanted = new Set(ids)
  return shown.ids.every((id) => wanted.has(id)) ? shown : null
}

/**
 * @param list name of the list, e.g. a department or a query; a new name, or a switch between personal and shop
 *   ranking, starts a new ranking
 * @param popular whether `ids` are in a new shopper's order. If so, a prerendered page, and a new shopper's first page,
 *   show them before the device has ranked them
 */
export function useSteadyOrder(list: string, ids: readonly string[], popular = false): Steady {
  const wanted = useSignal(order)
  const reader = useSyncExternalStore(never, readerNow, () => 'anybody')
  const { events, erasures } = usePersonalization()
  const isNew = events.count === 0 && reader === 'new'
  const ranked = useRerank(ids, { order: wanted, soldOut: true })
  // The key names the person, because "back" must not show a ranking made for another person.
  const key = [useSignal(who), wanted, list].join('\n')
  const anybodys = popular && reader === 'anybody'
  const [kept, keep] = useState<Shown | null>(null)
  const isRanked = ranked.status === 'ready' && ranked.current && ranked.items.length === ids.length
  const answered = isRanked || (popular && isNew)
  if (kept?.key !== key) {
    const shown =
      shownHere(key, erasures, ids) ??
      (answered ? { key, erasures, ids: isRanked ? ranked.ids : ids } : null)
    if (shown) keep(shown)
  }
  useEffect(() => {
    if (!kept) return
    keepShown(kept)
    // A filter or another sorting adds a history entry. The products' sequence is stored for that entry, too.
    const keepAgain = () => keepShown(kept)
    addEventListener('pushState', keepAgain)
    return () => removeEventListener('pushState', keepAgain)
  }, [kept])
  if (kept?.key === key) return { ids: kept.ids, ranked: ranked.items, settled: true }
  // While a new ranking is computed, e.g. as the shopper types, the last one stays: placeholders would flicker.
  return {
    ids: ranked.ids,
    ranked: ranked.items,
    settled: kept !== null || answered || anybodys || ranked.status === 'error',
  }
}

const never = () => () => {}

/** Reads the attribute by which `beforePaint.ts` marks that this device knows the shopper. */
const readerNow = () => ('returning' in document.documentElement.dataset ? 'returning' : 'new')
