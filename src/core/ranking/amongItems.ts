/** @module Narrows a list to the shopper's own items, new arrivals or dearer items. Pure. */
import type { Item } from '../catalog/item.ts'
import type { EventName, ShopperEvent } from '../events/event.ts'
import { DAY } from '../time.ts'
import type { ListOptions, ListQuery, Reason, Signal } from './apiLists.ts'
import { inThisVisit } from './ownItems.ts'

/** Facts about the shop and the shopper. */
interface Known {
  readonly items: readonly Item[]
  /** Events of the shopper, ascending by time. */
  readonly events: readonly ShopperEvent[]
  readonly now: number
  /** Whether the log counts no shopper for an item yet. */
  readonly isNew: (id: string) => boolean
}

const CONSIDERED: readonly EventName[] = [
  'view_item',
  'select_item',
  'add_to_cart',
  'add_to_wishlist',
]

/** Milliseconds after `added` during which a product is a new arrival. */
const NEW_FOR = 30 * DAY

/**
 * @returns ids, latest first (dearer items in the shop's order); undefined if the list may contain any item
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
  if (!dearer || query.kind !== 'similar') return undefined
  const { price = 0, currency } = known.items.find(({ id }) => id === query.item) ?? {}
  const fits = ({ price: its = 0, ...item }: Item) =>
    item.currency === currency && its > price && its <= price * dearer
  return idsOf(known.items.filter(fits))
}

function newItems({ items, now, isNew }: Known): ReadonlySet<string> {
  const dated = items.flatMap(({ id, added }) => (added ? [{ id, time: Date.parse(added) }] : []))
  if (dated.length === 0) return idsOf(items.filter(({ id }) => isNew(id)))
  const recent = dated.filter(({ time }) => time <= now && now - time < NEW_FOR)
  return idsOf(recent.sort((a, b) => b.time - a.time))
}

const idsOf = (items: readonly { readonly id: string }[]) => new Set(items.map(({ id }) => id))

/** Reason for an item in a list of the shopper's own items. */
export const reasonFrom = (
  from: ListOptions['from'],
  item: string,
  signal: Signal = 'viewed',
): Reason => (from === 'bought' ? { kind: 'bought-before' } : { kind: 'because', item, signal })
