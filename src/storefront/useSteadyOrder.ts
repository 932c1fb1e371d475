/**
 * @module Personal order that stands still once it is shown. What a page itself teaches (its own
 * query, a look a moment ago) would otherwise move products under the shopper's eyes.
 */
import { useState, useSyncExternalStore } from 'react'
import { usePersonalization, useRerank } from '../react.ts'
import { order } from './preferences.ts'
import { useSignal } from './signal.ts'

interface Steady {
  readonly ids: readonly string[]
  /** False until an order is known. */
  readonly settled: boolean
}

/**
 * @param list what is ordered, e.g. a department's name or a query: another list, and the switch
 * between personal and shop order, bring a new order
 * @param popular whether `ids` stand as a device ranks them that knows nothing of its shopper: then
 * a new shopper's first page doesn't wait for the device to say the same, and a page that is rendered
 * beforehand, for whomever, shows them
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
  if (kept?.key === key) return { ids: kept.ids, settled: true }
  // Between two lists (while one types) the newest order known goes on: outlines would blink.
  return {
    ids: ranked.ids,
    settled: kept !== null || answered || anybodys || ranked.status === 'error',
  }
}

const never = () => () => {}

/** `beforePaint.ts` has looked whether this device knows the shopper. */
const readerNow = () => ('returning' in document.documentElement.dataset ? 'returning' : 'new')
