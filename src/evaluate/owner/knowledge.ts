/** @module Who knows what of a shopper when a case comes: a browser's store, by when it began, and the shop's server. */

import { SESSION_GAP } from '../../core/events/session.ts'
import { firstAtOrAfter } from '../../core/features/cases.ts'
import type { Case, History } from '../../core/features/history.ts'
import { DAY } from '../../core/time.ts'
import { isPurchase } from '../cases.ts'

/**
 * When it began: days before the case, with the tested days (`seeded`: and the shop handed over all orders),
 * after the last idle week, or with the log.
 */
export const STORES = [
  '0',
  '1',
  '7',
  '30',
  '90',
  'install',
  'seeded',
  'evicted',
  'beginning',
] as const

export type Store = (typeof STORES)[number]

/** Of the shopper's past; popularity and all else about items it knows in any case. */
export type ServerKnows = 'orders' | 'all' | 'nothing'

/** A browser may clear what a shop has kept when nobody came for so long. @see https://webkit.org/blog/10218 */
const IDLE_DAYS = 7

type Known = Pick<Case, 'history' | 'time'>

/** @param installed milliseconds; when the tested days begin. */
export function storeHistory(store: Store, { history, time }: Known, installed: number): History {
  if (store === 'beginning') return history
  if (store === 'evicted') return sinceIdle(history, time)
  if (store === 'seeded') return history.filter((one) => one.time >= installed || isPurchase(one))
  const began = store === 'install' ? installed : time - Number(store) * DAY
  return history.slice(firstAtOrAfter(history, began))
}

/** The log has no visits without an event, so a store may seem idle that was not. */
function sinceIdle(history: History, time: number): History {
  let from = history.length
  let next = time
  while (from > 0 && next - history[from - 1].time <= IDLE_DAYS * DAY) next = history[--from].time
  return history.slice(from)
}

/** Whoever asks a server for a list shows it a page: the item of a visit's latest event. */
export function serverHistory(
  knows: ServerKnows,
  { history, time }: Known,
  dayOnly: boolean,
): History {
  if (knows === 'all') return history
  const last = history.at(-1)
  const atHand = last && !dayOnly && time - last.time <= SESSION_GAP ? last : null
  return history.filter((one) => (knows === 'orders' && isPurchase(one)) || one === atHand)
}
