/**
 * @module Reduces a history to the data that the features need: each item once per session and kind, with the number of
 * such events. The result doesn't depend on the order of the items within a session.
 */
import { type EventWeights, eventKind, eventStrength } from '../events/strength.ts'
import { DAY } from '../time.ts'
import type { History } from './history.ts'
import { type ItemStatistics, lendTies, neighboursOf } from './itemStatistics.ts'

/** Weight, in interactions, of the prior tendency to return to an item or to buy it again. */
const PRIOR_INTERACTIONS = 9

interface PastInteraction {
  readonly item: number
  readonly kind: keyof EventWeights
  readonly session: string
  /** Age in days of the session's latest event of this kind, ≥ 0. */
  age: number
  /** Strength of the event, in (0, 1]. */
  readonly strength: number
  /** Number of events of this kind in the session. */
  count: number
}

export interface OwnedItem {
  readonly item: number
  /** Ages in days of the orders with this item, most recent first; never empty. */
  readonly ages: readonly number[]
  /** Number of orders since the last order with this item. */
  readonly ordersSince: number
}

export interface Profile {
  /** Interactions, most recent first. */
  readonly interactions: readonly PastInteraction[]
  readonly orders: number
  readonly owned: readonly OwnedItem[]
  /** Share of the order lines after the first order whose item was ordered before, shrunk towards a third. */
  readonly repeatTendency: number
  /** Session of the most recent interaction; '' for an empty history. */
  readonly lastSession: string
}

/** Ignores entries after `now` (milliseconds since the epoch) and events that show no interest. */
export function profileOf(history: History, now: number): Profile {
  const latest = new Map<string, PastInteraction>()
  for (const entry of history) {
    const strength = eventStrength(entry.name)
    const kind = eventKind(entry.name)
    if (kind === null || entry.time > now) continue
    const key = `${entry.item} ${kind} ${entry.session}`
    const age = (now - entry.time) / DAY
    const known = latest.get(key)
    if (known) {
      known.count++
      known.age = Math.min(known.age, age)
    } else
      latest.set(key, { item: entry.item, kind, session: entry.session, age, strength, count: 1 })
  }
  const interactions = [...latest.values()].sort(
    (a, b) =>
      a.age - b.age || compare(a.session, b.session) || a.item - b.item || compare(a.kind, b.kind),
  )
  // An order is a visit of purchases only.
  const orders = visitsOf({ interactions: interactions.filter(({ kind }) => kind === 'purchase') })
  return {
    interactions,
    orders: orders.visits,
    owned: orders.items.map(({ item, own }) => ({
      item,
      // Sorted, because a long session can order an item both before and after another session orders it.
      ages: own.map(({ age }) => age).sort((a, b) => a - b),
      ordersSince: own[0].ago,
    })),
    repeatTendency: orders.returnTendency,
    lastSession: interactions[0]?.session ?? '',
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export interface Visit {
  /** Number of visits since this visit; 0 = the last visit. */
  readonly ago: number
  /** Age in days, ≥ 0. */
  age: number
  /** Strength of the visit's strongest interaction, in (0, 1]. */
  strength: number
  /** Number of interactions; `interest` sums up their strengths. */
  count: number
  interest: number
}

interface VisitedItem {
  readonly item: number
  /** Visits with this item, most recent first; never empty. */
  readonly own: readonly Visit[]
}

interface Visits {
  readonly items: readonly VisitedItem[]
  readonly visits: number
  /** Share of the interactions after the first visit that return to an item, shrunk towards a third. */
  readonly returnTendency: number
}

/**
 * Groups interactions by item and visit: in a log of mostly views, an interaction's age is best measured in visits.
 * @returns items in the order in which the interactions first mention them
 */
export function visitsOf({ interactions }: Pick<Profile, 'interactions'>): Visits {
  const place = new Map<string, number>()
  const byItem = new Map<number, Visit[]>()
  for (const { item, session, age, strength, count } of interactions) {
    const interest = count * strength
    let ago = place.get(session)
    if (ago === undefined) {
      ago = place.size
      place.set(session, ago)
    }
    const own = byItem.get(item)
    const same = own?.find((visit) => visit.ago === ago)
    if (same) {
      same.strength = Math.max(same.strength, strength)
      same.age = Math.min(same.age, age)
      same.count += count
      same.interest += interest
    } else if (own) own.push({ ago, age, strength, count, interest })
    else byItem.set(item, [{ ago, age, strength, count, interest }])
  }
  const oldest = place.size - 1
  let all = 0
  let inFirst = 0
  for (const own of byItem.values()) {
    all += own.length
    if (own.some(({ ago }) => ago === oldest)) inFirst++
  }
  return {
    items: [...byItem].map(([item, own]) => ({ item, own: own.sort((a, b) => a.ago - b.ago) })),
    visits: place.size,
    returnTendency:
      (all - byItem.size + PRIOR_INTERACTIONS / 3) / (all - inFirst + PRIOR_INTERACTIONS),
  }
}

/** Half-life of an interaction's weight, days. */
export const INTEREST_HALF_LIFE = 30
/** Maximum number of interactions that count; older interactions cost time without benefit. */
const MAX_INTERACTIONS = 400

/** Items, categories and prices that fit a history of views and purchases. */
export interface Interest {
  /** Co-occurrence of each item with the recent history, [N]. */
  readonly sum: Float32Array
  /** Co-occurrence of each item with the last session, [N]. */
  readonly last: Float32Array
  /** Rows whose `sum` is above 0. */
  readonly tied: readonly number[]
  /** Value that `sum` would have if every co-occurrence weight were 1, > 0; `sum` divided by `total` is a share. */
  readonly total: number
  /** Value that `last` would have if every co-occurrence weight were 1, > 0. */
  readonly totalLast: number
  /** Mean logarithm of the prices in the history, which stands for the shopper's usual price. */
  readonly usualPrice: number
  /** Category → part of `total` that comes from its items. */
  readonly category: ReadonlyMap<number, number>
}

export function interestOf(
  statistics: ItemStatistics,
  { interactions, lastSession }: Pick<Profile, 'interactions' | 'lastSession'>,
): Interest | null {
  if (interactions.length === 0) return null
  const { items, neighboursPerItem, neighbourItems, neighbourWeights, coldStart } = statistics
  const sum = new Float32Array(items)
  const last = new Float32Array(items)
  const tied: number[] = []
  const category = new Map<number, number>()
  let total = 0
  let totalLast = 0
  let price = 0
  for (const interaction of interactions.slice(0, MAX_INTERACTIONS)) {
    const weight = interaction.strength * 2 ** (-interaction.age / INTEREST_HALF_LIFE)
    // A minimum, so that the division by the sum of the shares isn't 0 / 0 if all interactions are very old.
    const share = Math.max(weight, 1e-6)
    const inLast = interaction.session === lastSession
    total += share
    price += share * statistics.logPrice[interaction.item]
    if (inLast) totalLast += interaction.strength
    const group = statistics.category[interaction.item]
    if (group > 0) category.set(group, (category.get(group) ?? 0) + share)
    for (const [item, part] of neighboursOf(interaction.item, coldStart)) {
      const end = (item + 1) * neighboursPerItem
      for (let k = item * neighboursPerItem; k < end; k++) {
        const tie = part * neighbourWeights[k]
        if (tie === 0) break
        const neighbour = neighbourItems[k]
        const first = sum[neighbour] === 0
        sum[neighbour] += share * tie
        if (first && sum[neighbour] > 0) tied.push(neighbour)
        if (inLast) last[neighbour] += interaction.strength * tie
      }
    }
  }
  if (coldStart) {
    const before = new Set(tied)
    for (const ties of [sum, last]) lendTies(ties, coldStart)
    for (let row = coldStart.from; row < items; row++)
      if (sum[row] > 0 && !before.has(row)) tied.push(row)
  }
  return { sum, last, tied, total, totalLast, usualPrice: price / total, category }
}
