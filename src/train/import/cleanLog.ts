/**
 * @module From the rows of an order or click log to events: each row becomes one event or is dropped
 * for one named reason, and the counts add up to the rows read.
 */
import type { EventName } from '../../core/events/event.ts'
import type { ShopEvent } from '../shop/write.ts'
import type { Columns, Role } from './columns.ts'
import type { createDateParser } from './date.ts'
import { parseAmount } from './number.ts'
import type { Row } from './table.ts'

/** In the order in which they are tried: a row with two faults counts under the first. */
export const DROP_REASONS = [
  'unreadable line',
  'other event',
  'no shopper',
  'no item',
  'no query',
  'bad date',
  'bad quantity',
  'bad price',
  'cancellation',
  'zero quantity',
  'zero or negative price',
  'service line',
  'exact duplicate',
] as const

export type DropReason = (typeof DROP_REASONS)[number]

export interface CleanOptions {
  readonly columns: Columns
  readonly parseDate: ReturnType<typeof createDateParser>
  /** For rows of a log without an event column, unless they hold a query and no item. */
  readonly defaultEvent: EventName
  /** Items must match, else they are service lines. */
  readonly itemPattern?: RegExp
  /** A session (invoice) that matches is a cancellation. */
  readonly cancelPattern?: RegExp
  /** An empty shopper or date is that of the line before, if both are of one order (Shopify). */
  readonly carryForward?: boolean
}

/** A kept row: the event, and what the row says about the item. */
export interface CleanRow {
  readonly event: ShopEvent
  readonly title: string
  readonly price: number | null
  readonly currency: string
}

/** Click logs' names for GA4's events, beside those names themselves. */
const EVENT_ALIASES: ReadonlyMap<string, EventName> = new Map<string, EventName>([
  ['view', 'view_item'],
  ['pv', 'view_item'],
  ['click', 'view_item'],
  ['detail', 'view_item'],
  ['productview', 'view_item'],
  ['viewitem', 'view_item'],
  ['viewitemlist', 'view_item_list'],
  ['selectitem', 'select_item'],
  ['cart', 'add_to_cart'],
  ['addtocart', 'add_to_cart'],
  ['removefromcart', 'remove_from_cart'],
  ['fav', 'add_to_wishlist'],
  ['favorite', 'add_to_wishlist'],
  ['favourite', 'add_to_wishlist'],
  ['wishlist', 'add_to_wishlist'],
  ['addtowishlist', 'add_to_wishlist'],
  ['buy', 'purchase'],
  ['order', 'purchase'],
  ['transaction', 'purchase'],
  ['purchase', 'purchase'],
  ['search', 'search'],
  ['viewsearchresults', 'search'],
])

export class LogCleaner {
  readonly #options: CleanOptions
  readonly #seen = new Set<string>()
  #before: { session: string; shopper: string; time: string } | undefined
  readonly dropped: Record<DropReason, number>
  read = 0
  kept = 0
  /** True once a time without a time of day was kept. */
  dayOnly = false

  constructor(options: CleanOptions) {
    this.#options = options
    this.dropped = Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<
      DropReason,
      number
    >
  }

  /** The event of a row, or null with the row counted under its reason. */
  clean(row: Row): CleanRow | null {
    this.read++
    const result = this.#judge(row)
    if (typeof result === 'string') {
      this.dropped[result]++
      return null
    }
    this.kept++
    return result
  }

  #judge(row: Row): CleanRow | DropReason {
    const { columns, parseDate, defaultEvent, itemPattern, cancelPattern } = this.#options
    if (row.problem) return 'unreadable line'
    const text = (role: Role) => {
      const column = columns[role]
      return column === undefined ? '' : row.values[column].trim()
    }
    const item = text('item')
    const query = text('query')
    const name =
      columns.event === undefined
        ? item === '' && query !== ''
          ? 'search'
          : defaultEvent
        : EVENT_ALIASES.get(
            text('event')
              .toLowerCase()
              .replace(/[^a-z]/g, ''),
          )
    if (!name) return 'other event'
    const session = text('session')
    const { shopper, written } = this.#carry(session, text('shopper'), text('time'))
    if (shopper === '') return 'no shopper'
    if (item === '' && name !== 'search') return 'no item'
    if (item === '' && query === '') return 'no query'
    const date = parseDate(written)
    if (!date) return 'bad date'

    const quantity = text('quantity') === '' ? undefined : parseAmount(text('quantity'))
    if (quantity === null) return 'bad quantity'
    const price = text('price') === '' ? undefined : parseAmount(text('price'))
    if (price === null) return 'bad price'
    if ((quantity !== undefined && quantity < 0) || cancelPattern?.test(session))
      return 'cancellation'
    if (quantity === 0) return 'zero quantity'
    if (price !== undefined && price <= 0 && name === 'purchase') return 'zero or negative price'
    if (itemPattern && item !== '' && !itemPattern.test(item)) return 'service line'

    const key = row.values.join('\u001f')
    if (this.#seen.has(key)) return 'exact duplicate'
    this.#seen.add(key)
    this.dayOnly ||= date.dayOnly
    const dwell = parseAmount(text('dwell'))
    return {
      event: {
        shopper,
        event: name,
        item,
        time: date.time,
        session: session || undefined,
        quantity,
        price: price !== undefined && price >= 0 ? price : undefined,
        query: query || undefined,
        dwellMs: dwell !== null && dwell >= 0 ? dwell : undefined,
      },
      title: text('title'),
      price: price ?? null,
      currency: text('currency'),
    }
  }

  #carry(session: string, shopper: string, written: string) {
    const before = this.#before
    if (this.#options.carryForward && before && session !== '' && before.session === session) {
      shopper ||= before.shopper
      written ||= before.time
    }
    this.#before = { session, shopper, time: written }
    return { shopper, written }
  }
}
