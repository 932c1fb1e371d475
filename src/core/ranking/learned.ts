/**
 * @module Summarises the recent history for the shopper to read: the items, categories and queries of the greatest
 * weight, the strongest action on each item, and the latest answers.
 */
import type { Catalog } from '../catalog/catalog.ts'
import { sameQuery } from '../catalog/words.ts'
import { type AnswerName, type EventName, isAnswer, type ShopperEvent } from '../events/event.ts'
import type { FindItems } from '../events/history.ts'
import { eventStrength } from '../events/strength.ts'
import { INTEREST_HALF_LIFE } from '../features/profile.ts'
import { SEARCH_HALF_LIFE } from '../features/searches.ts'
import { DAY } from '../time.ts'
import type { Signal } from './apiLists.ts'
import { answersOf } from './itemFilters.ts'

/** One learned interest; `strength` is relative to the strongest interest of the same kind, in (0, 1]. */
export type Learned = { readonly name: string; readonly strength: number } & (
  | { readonly kind: 'category' | 'query' }
  /** Action that `signal` names: the shopper's answer to the item, else their strongest action on it. */
  | { readonly kind: 'item'; readonly signal: Signal | AnswerName }
)

/** Milliseconds for which a click on a product doesn't count, because the view that may follow counts instead. */
const UNTIL_LOOK = 60_000

/** Maximum number of entries of each kind (items, categories, queries, answers) in the summary. */
const SHOWN = 6

const SIGNALS: Partial<Readonly<Record<EventName, Signal>>> = {
  view_item: 'viewed',
  select_item: 'viewed',
  add_to_wishlist: 'wished',
  add_to_cart: 'basket',
  purchase: 'bought',
}

interface Done<T> {
  readonly item: T
  readonly name: EventName
  /** Time of the action in milliseconds since the epoch. */
  readonly time: number
}

/** Share of a weight that remains at `now` after exponential decay since `time`. @param halfLife days */
const halved = (time: number, now: number, halfLife: number) =>
  2 ** (-Math.max(0, now - time) / DAY / halfLife)

const strengthNow = ({ name, time }: Pick<Done<unknown>, 'name' | 'time'>, now: number) =>
  eventStrength(name) * halved(time, now, INTEREST_HALF_LIFE)

/** Strongest action on each item at `now`; of equally strong actions, the latest. Answers and searches don't count. */
export function signalsOf<T>(done: Iterable<Done<T>>, now: number): ReadonlyMap<T, Signal> {
  const strongest = new Map<T, { readonly signal: Signal; readonly strength: number }>()
  for (const { item, name, time } of done) {
    const signal = SIGNALS[name]
    if (!signal) continue
    const strength = strengthNow({ name, time }, now)
    if (strength >= (strongest.get(item)?.strength ?? 0)) strongest.set(item, { signal, strength })
  }
  return new Map([...strongest].map(([item, { signal }]) => [item, signal]))
}

/**
 * Number of actions that shape the lists: actions on items, answers ("Not for me" …), and searches with results. A
 * click in a list and the view that follows it count once, as the view.
 * @param events without those that `clean` drops
 */
export function countShaping(
  events: readonly ShopperEvent[],
  find: FindItems,
  now: number,
): number {
  const looks = new Set<string>()
  for (const { name, session, items } of events)
    if (name === 'view_item') looks.add(`${session} ${items}`)
  return events.filter(({ name, session, time, items, query }) => {
    if (name === 'search') return query !== undefined && find(query).length > 0
    const waits = looks.has(`${session} ${items}`) || now - time < UNTIL_LOOK
    if (name === 'select_item' && waits) return false
    return isAnswer(name) || eventStrength(name) > 0
  }).length
}

export function learnedOf(
  events: readonly ShopperEvent[],
  catalog: Catalog | null,
  find: FindItems,
  now: number,
): readonly Learned[] {
  const items = new Map<string, number>()
  const categories = new Map<string, number>()
  for (const event of events) {
    const strength = strengthNow(event, now)
    if (strength === 0) continue
    for (const item of event.items) {
      items.set(item, (items.get(item) ?? 0) + strength)
      const category = catalog?.get(item)?.category
      if (category) categories.set(category, (categories.get(category) ?? 0) + strength)
    }
  }
  const done = events.flatMap(({ items, name, time }) =>
    items.map((item) => ({ item, name, time })),
  )
  const signals = signalsOf(done, now)
  const answers = answersOf(events)
  for (const id of answers.keys()) items.delete(id)
  return [
    ...strongest(categories).map((one) => ({ kind: 'category' as const, ...one })),
    ...strongest(items).map((one) => {
      // An action that has a strength also has an entry in `signals`.
      return { kind: 'item' as const, ...one, signal: signals.get(one.name) as Signal }
    }),
    ...[...answers]
      .slice(0, SHOWN)
      .map(([name, signal]) => ({ kind: 'item' as const, name, signal, strength: 1 })),
    ...strongest(queriesOf(events, find, now)).map((one) => ({ kind: 'query' as const, ...one })),
  ]
}

/** Queries that find products, in their last spelling → strength, decayed since the last search. */
function queriesOf(
  events: readonly ShopperEvent[],
  find: FindItems,
  now: number,
): ReadonlyMap<string, number> {
  const byQuery = new Map<string, [query: string, strength: number]>()
  for (const { name, query, time } of events) {
    if (name !== 'search' || !query || find(query).length === 0) continue
    byQuery.set(sameQuery(query), [query, halved(time, now, SEARCH_HALF_LIFE)])
  }
  return new Map(byQuery.values())
}

/** The strongest interests, with strengths relative to the strongest of all. */
function strongest(strengths: ReadonlyMap<string, number>) {
  const sorted = [...strengths].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
  const most = sorted[0]?.[1] ?? 1
  return sorted.map(([name, strength]) => ({ name, strength: strength / most }))
}
