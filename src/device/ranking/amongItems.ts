/** @module What a list is narrowed to: the shopper's own, what is new in the shop, what costs more. Pure. */
import type { Item } from '../../core/catalog/item.ts'
import type { ShopperEvent } from '../../core/events/event.ts'
import { DAY } from '../../core/time.ts'
import type { ListOptions, ListQuery, Reason } from '../apiLists.ts'

type From = NonNullable<ListOptions['from']>

/** What is known of the shop and the shopper. */
interface Known {
  readonly items: readonly Item[]
  /** Ascending by time. */
  readonly events: readonly ShopperEvent[]
  readonly now: number
  /** Whether nobody was counted for an item yet. */
  readonly isNew: (id: string) => boolean
}

/** A product that was added longer ago is no new arrival. */
const NEW_FOR = 30 * DAY

/** @returns ids: the latest first, what costs more in the shop's order; undefined for a list of anything */
export function amongItems(query: ListQuery, known: Known): ReadonlySet<string> | undefined {
  const { from, dearer }: ListOptions = query.options ?? {}
  if (from === 'new') return newItems(known)
  if (from) {
    const done = from === 'viewed' ? 'view_item' : 'purchase'
    const events = known.events.filter(({ name }) => name === done)
    return new Set(events.reverse().flatMap(({ items }) => items))
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

/** Why an item is in such a list, where no model says more. */
export function reasonFrom(from: From, item: string): Reason {
  if (from === 'viewed') return { kind: 'because', item, signal: 'viewed' }
  return { kind: from === 'bought' ? 'bought-before' : 'new' }
}
