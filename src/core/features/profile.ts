/**
 * @module A history boiled down to what the features need: each item once per session and kind, in
 * an order that does not depend on how the items of one session were listed.
 */
import type { EventName } from '../events/event.ts'
import type { History } from './history.ts'
import { eventStrength } from './strength.ts'

/** Milliseconds in a day. */
export const DAY = 86_400_000

/** Order lines that the usual repeat tendency counts as. */
const PRIOR_LINES = 9

export type TouchKind = 'purchase' | 'cart' | 'view'

export interface Touch {
  readonly item: number
  readonly kind: TouchKind
  readonly session: string
  /** Days before now, ≥ 0. */
  readonly age: number
  /** In (0, 1]. */
  readonly strength: number
}

export interface OwnedItem {
  readonly item: number
  /** Ages in days of its orders, most recent first; never empty. */
  readonly ages: number[]
  /** Orders placed after the last one that held it. */
  readonly ordersSince: number
}

export interface Profile {
  /** Most recent first. */
  readonly touches: readonly Touch[]
  /** Number of distinct orders. */
  readonly orders: number
  readonly owned: readonly OwnedItem[]
  /** Share of the order lines after the first order that repeat an earlier one, shrunk to a third. */
  readonly repeatTendency: number
  /** The session of the most recent touch; '' for an empty history. */
  readonly lastSession: string
}

function kindOf(name: EventName): TouchKind {
  if (name === 'purchase') return 'purchase'
  return name === 'add_to_cart' || name === 'add_to_wishlist' ? 'cart' : 'view'
}

/** Entries after `now` (milliseconds) and events without strength are left out. */
export function profileOf(history: History, now: number): Profile {
  const latest = new Map<string, Touch>()
  for (const entry of history) {
    const strength = eventStrength(entry.name)
    if (strength === 0 || entry.time > now) continue
    const kind = kindOf(entry.name)
    const key = `${entry.item} ${kind} ${entry.session}`
    const age = (now - entry.time) / DAY
    const known = latest.get(key)
    if (known === undefined || age < known.age) {
      latest.set(key, { item: entry.item, kind, session: entry.session, age, strength })
    }
  }
  const touches = [...latest.values()].sort(
    (a, b) =>
      a.age - b.age || compare(a.session, b.session) || a.item - b.item || compare(a.kind, b.kind),
  )
  return { touches, lastSession: touches[0]?.session ?? '', ...ordersOf(touches) }
}

function ordersOf(touches: readonly Touch[]): Pick<Profile, 'orders' | 'owned' | 'repeatTendency'> {
  const place = new Map<string, number>()
  const owned = new Map<number, OwnedItem>()
  for (const touch of touches) {
    if (touch.kind !== 'purchase') continue
    let order = place.get(touch.session)
    if (order === undefined) {
      order = place.size
      place.set(touch.session, order)
    }
    const known = owned.get(touch.item)
    if (known) known.ages.push(touch.age)
    else owned.set(touch.item, { item: touch.item, ages: [touch.age], ordersSince: order })
  }
  let lines = 0
  let inFirst = 0
  const oldest = place.size - 1
  for (const touch of touches) {
    if (touch.kind !== 'purchase') continue
    lines++
    if (place.get(touch.session) === oldest) inFirst++
  }
  const repeats = lines - owned.size
  return {
    orders: place.size,
    owned: [...owned.values()],
    repeatTendency: (repeats + PRIOR_LINES / 3) / (lines - inFirst + PRIOR_LINES),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
