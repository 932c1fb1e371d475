/**
 * @module Finds the items that a list excludes because the shopper bought them, has them in the basket or saw them.
 * Finds the items to which a list is narrowed: the shopper's own, new arrivals, look-alikes or dearer items.
 */
import type { Item } from '../catalog/item.ts'
import {
  type AnswerName,
  type EventName,
  handedOver,
  isAnswer,
  SESSION_GAP,
  type ShopperEvent,
} from '../events/event.ts'
import { DAY } from '../time.ts'
import type { ListOptions, ListQuery, Reason, Signal } from './apiLists.ts'
import type { Exclusion } from './listQuery.ts'

/** Milliseconds for which an item counts as being in the basket; shops don't report that a basket expired. */
const BASKET_LIFE = 30 * DAY

/** Least share of an item's shoppers who came back to it on another day, for the item to count as bought repeatedly. */
const REPEATED = 0.25
/** Share of the usual interval between orders after which an item is due; below 1, because delivery takes time. */
const DUE = 0.75

/**
 * Ids of the items in the given groups.
 * @param events ascending by time
 * @param repeatRate share of an item's shoppers who came back to it; infinite if a rule calls the item a consumable
 */
export function ownItems(
  kinds: readonly Exclusion[],
  events: readonly ShopperEvent[],
  now: number,
  repeatRate: (id: string) => number | undefined,
): ReadonlySet<string> {
  const isNow = inThisVisit(events, now)
  const own = {
    seen: new Set<string>(),
    basket: new Set<string>(),
    bought: new Set<string>(),
    owned: new Set<string>(),
  }
  for (const event of events) {
    const { items, name, time } = event
    for (const id of items) {
      if (name === 'view_item' || name === 'select_item') {
        if (isNow(event)) own.seen.add(id)
      } else if (name === 'add_to_cart') {
        if (now - time < BASKET_LIFE) own.basket.add(id)
      } else if (name === 'remove_from_cart') own.basket.delete(id)
      else if (name === 'purchase') {
        own.basket.delete(id)
        own.owned.add(id)
        if (isNow(event)) own.bought.add(id)
      }
    }
  }
  if (kinds.includes('bought')) {
    const isDue = dueAgain(events, now, repeatRate)
    for (const id of own.owned) if (!isDue(id)) own.bought.add(id)
  }
  return new Set(kinds.flatMap((kind) => [...own[kind]]))
}

/**
 * Whether an event belongs to the current visit. An event from `seed` or another device belongs to the visit only if it
 * is recent.
 */
function inThisVisit(
  events: readonly ShopperEvent[],
  now: number,
): (event: ShopperEvent) => boolean {
  const isRecent = ({ time }: ShopperEvent) => Math.abs(now - time) <= SESSION_GAP
  const last = events.findLast((event) => !handedOver(event))
  const visit = last && isRecent(last) ? last.session : null
  return (event) => (handedOver(event) ? isRecent(event) : event.session === visit)
}

function dueAgain(
  events: readonly ShopperEvent[],
  now: number,
  repeatRate: (id: string) => number | undefined,
) {
  const orders: number[] = []
  const times = new Map<string, number[]>()
  for (const { name, items, time } of events) {
    if (name !== 'purchase') continue
    addDay(orders, time)
    for (const id of items) {
      const own = times.get(id) ?? []
      addDay(own, time)
      times.set(id, own)
    }
  }
  return (id: string): boolean => {
    const own = times.get(id) ?? []
    const rate = repeatRate(id) ?? 0
    if (rate === Number.POSITIVE_INFINITY) return true
    const interval = own.length > 1 ? meanGap(own) : rate >= REPEATED ? meanGap(orders) : null
    return interval !== null && now - own[own.length - 1] >= DUE * interval
  }
}

/** Adds a time of purchase, unless the last purchase is less than a day earlier. */
function addDay(days: number[], time: number): void {
  if (days.length === 0 || time - days[days.length - 1] >= DAY) days.push(time)
}

/** Mean interval in milliseconds; null for a single day. */
const meanGap = (days: readonly number[]): number | null =>
  days.length > 1 ? (days[days.length - 1] - days[0]) / (days.length - 1) : null

interface Known {
  readonly items: readonly Item[]
  /** Events of the shopper, ascending by time. */
  readonly events: readonly ShopperEvent[]
  readonly now: number
  /** Whether the log counts no shopper for an item yet. */
  readonly isNew: (id: string) => boolean
  /** Ids of the items that look like an item; none without a model. */
  readonly looksLike: (id: string) => readonly string[]
}

const CONSIDERED: readonly EventName[] = [
  'view_item',
  'select_item',
  'add_to_cart',
  'add_to_wishlist',
]

/** Milliseconds for which a product is a new arrival. */
const NEW_FOR = 30 * DAY

/**
 * Items to which a query narrows its list; undefined if the list may contain any item. The shopper's own items come
 * latest first.
 */
export function amongItems(query: ListQuery, known: Known): ReadonlySet<string> | undefined {
  const { from, dearer }: ListOptions = query.options ?? {}
  if (from === 'new') return newItems(known)
  const { events, now } = known
  const latest = (isMeant: (event: ShopperEvent) => boolean) =>
    new Set(
      events
        .filter(isMeant)
        .reverse()
        .flatMap(({ items }) => items),
    )
  const bought = ({ name }: ShopperEvent) => name === 'purchase'
  if (from === 'viewed') return latest(({ name }) => name === 'view_item')
  if (from === 'bought') return latest(bought)
  if (from === 'considered') {
    const isNow = inThisVisit(events, now)
    const owned = latest(bought)
    const all = latest((event) => CONSIDERED.includes(event.name) && !isNow(event))
    return new Set([...all].filter((id) => !owned.has(id)))
  }
  if (query.kind !== 'similar') return undefined
  const alike = from === 'picture' ? new Set(known.looksLike(query.item)) : undefined
  if (!dearer) return alike
  const { price = 0 } = known.items.find(({ id }) => id === query.item) ?? {}
  const fits = ({ id, price: its = 0 }: Item) =>
    its > price && its <= price * dearer && alike?.has(id) !== false
  return idsOf(known.items.filter(fits))
}

function newItems({ items, now, isNew }: Known): ReadonlySet<string> {
  const dated = items.flatMap(({ id, added }) => (added ? [{ id, time: Date.parse(added) }] : []))
  if (dated.length === 0) return idsOf(items.filter(({ id }) => isNew(id)))
  const recent = dated.filter(({ time }) => time <= now && now - time < NEW_FOR)
  return idsOf(recent.sort((a, b) => b.time - a.time))
}

const idsOf = (items: readonly { readonly id: string }[]) => new Set(items.map(({ id }) => id))

export const reasonFrom = (
  from: ListOptions['from'],
  item: string,
  signal: Signal = 'viewed',
): Reason => (from === 'bought' ? { kind: 'bought-before' } : { kind: 'because', item, signal })

/** Actions that cancel an earlier answer to an item, such as "not for me": the shopper wants the item after all. */
const WITHDRAWS: readonly string[] = ['add_to_cart', 'add_to_wishlist', 'purchase']

/** The shopper's last answer ("not for me", …) to each item, latest answer first. @param events ascending by time */
export function answersOf(events: readonly ShopperEvent[]): ReadonlyMap<string, AnswerName> {
  const answers = new Map<string, AnswerName>()
  for (const { name, items } of events) {
    if (!isAnswer(name) && !WITHDRAWS.includes(name)) continue
    for (const id of items) {
      answers.delete(id)
      if (isAnswer(name)) answers.set(id, name)
    }
  }
  return new Map([...answers].reverse())
}
