/** @module Selects the shopper's events that a browser's store, or the shop's server, knows at the time of a case. */

import { SESSION_GAP } from '@nearside/core/events/event.ts'
import { firstAtOrAfter } from '@nearside/core/features/cases.ts'
import type { Case, History } from '@nearside/core/features/history.ts'
import { DAY } from '@nearside/core/time.ts'
import { isPurchase } from '../cases.ts'

/**
 * Start of a device's store:
 * - a number N: N days before the case
 * - `install`: the first tested day; `seeded`: the first tested day, plus all earlier orders from the shop
 * - `evicted`: the first event after the last idle week
 * - `beginning`: the start of the log
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

/** Holder of a shopper's events: a device's store, or a server. `nightly`: a server with all events before midnight. */
export type Knowledge = Store | 'server' | 'nightly'

/**
 * Targets of the counting baselines' tuning, and the events that they are predicted from:
 * - `compared`, `installed`: next product other than the one being viewed, from the main comparison's history or from
 *   events since install
 * - all others: purchases, from the events that the named store or server knows
 */
const TUNED_FOR = ['compared', 'installed', 'server', 'install', 'seeded', 'beginning'] as const

export type TunedFor = (typeof TUNED_FOR)[number]

export type OfTuned<T> = Readonly<Record<TunedFor, T>>

export function eachTuned<T>(of: (condition: TunedFor) => T): OfTuned<T> {
  return Object.fromEntries(TUNED_FOR.map((known) => [known, of(known)])) as OfTuned<T>
}

/** Events of the shopper that the server knows. Every server knows the items' popularity. */
export type ServerKnows = 'orders' | 'all' | 'nothing'

/** Days without a visit after which a browser may clear a shop's storage. @see https://webkit.org/blog/10218 */
const IDLE_DAYS = 7

type Known = Pick<Case, 'history' | 'time'>

/** @param installed assumed installation of the recommender: start of the tested days, milliseconds since the epoch */
export function storeHistory(store: Store, { history, time }: Known, installed: number): History {
  if (store === 'beginning') return history
  if (store === 'evicted') return sinceIdle(history, time)
  if (store === 'seeded') return history.filter((one) => one.time >= installed || isPurchase(one))
  const began = store === 'install' ? installed : time - Number(store) * DAY
  return history.slice(firstAtOrAfter(history, began))
}

/** History since the last idle week. A browser may have kept more, because the log has only visits with an event. */
function sinceIdle(history: History, time: number): History {
  let from = history.length
  let next = time
  while (from > 0 && next - history[from - 1].time <= IDLE_DAYS * DAY) next = history[--from].time
  return history.slice(from)
}

/** History that the server knows. A request reveals the current page: the item of the visit's latest event. */
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
