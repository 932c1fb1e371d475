/**
 * @module Turns the GA4 objects that a shop passes to `capture` into events, or into the reason for refusing them.
 * Unknown fields are ignored, known fields are validated.
 */

import { NearsideError } from '../error.ts'
import { readShopContext } from '../features/context/context.ts'
import { isRecord } from '../isRecord.ts'
import { DAY } from '../time.ts'
import {
  EVENT_NAMES,
  type EventName,
  type OrderLine,
  SESSION_GAP,
  type ShopperEvent,
} from './event.ts'

/** Event before the store gives it a session; an event from another device or from `seed` has a session. */
export type EventDraft = Omit<ShopperEvent, 'session'> & Partial<Pick<ShopperEvent, 'session'>>

/** GA4's limit of items per event. */
export const MAX_ITEMS = 200
export const MAX_ID_LENGTH = 256
export const MAX_QUERY_LENGTH = 500

const isEventName = (value: unknown): value is EventName =>
  (EVENT_NAMES as readonly unknown[]).includes(value)

export function readId(value: unknown): string | null {
  const id = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  return typeof id === 'string' && id.trim() !== '' && id.length <= MAX_ID_LENGTH ? id.trim() : null
}

export function readNumber(value: unknown, low: number, high: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && number >= low && number <= high ? number : undefined
}

export const refuse = (why: string) => new NearsideError('event-invalid', `Event refused: ${why}.`)

/**
 * @param now milliseconds since the epoch; the event's time, unless `input.time` is at most SESSION_GAP earlier
 * @returns the event, or the error, which isn't thrown, because a bad event must not break the shop's page
 */
export function readCapture(input: unknown, id: string, now: number): EventDraft | NearsideError {
  if (!isRecord(input)) return refuse('it is not an object')
  const { name } = input
  if (!isEventName(name)) {
    return refuse(
      `unknown name ${JSON.stringify(name)}; the known names are ${EVENT_NAMES.join(', ')}`,
    )
  }
  if (!Number.isFinite(now)) return refuse('the clock gave no time')
  const time = readNumber(input.time, now - SESSION_GAP, now) ?? now
  if (name === 'search') return readSearch(input, id, time)

  const listed: readonly unknown[] = Array.isArray(input.items)
    ? input.items.slice(0, MAX_ITEMS)
    : input.item_id === undefined
      ? []
      : [{ item_id: input.item_id, quantity: input.quantity, price: input.price }]
  const lines = new Map<string, OrderLine>()
  for (const entry of listed) {
    const item = isRecord(entry) ? readId(entry.item_id) : null
    if (item === null) return refuse(`${name} has an item without a usable item_id`)
    lines.set(item, added(lines.get(item), readLine(entry)))
  }
  const items = [...lines.keys()]
  if (items.length === 0 && name !== 'view_item_list') {
    return refuse(`${name} names no item (give item_id or items: [{ item_id }])`)
  }
  return compact({
    id,
    name,
    time,
    items,
    ...linesOf(name, [...lines.values()]),
    dwellMs: readNumber(input.dwell_ms, 0, DAY),
  })
}

/** Whether both events are the same order: one came from the shop's `seed`, the other was recorded on this device. */
export function isSameOrder(a: EventDraft, b: EventDraft): boolean {
  return (
    !a.seeded !== !b.seeded &&
    a.name === b.name &&
    Math.abs(a.time - b.time) <= DAY &&
    a.items.length === b.items.length &&
    a.items.every((item) => b.items.includes(item))
  )
}

function linesOf(name: EventName, lines: readonly OrderLine[]) {
  if (lines.length === 1) return lines[0]
  // A shown list of several items keeps no quantities or prices.
  return { lines: name === 'view_item_list' ? undefined : known(lines) }
}

/**
 * Replaces the event's item ids by the catalog's ids and drops unknown items; each item keeps its quantity and price.
 * @param knownAs maps an event's item id to the catalog's id, e.g. a groupId to a variant's id; undefined if unknown
 */
export function keepItems(
  draft: EventDraft,
  knownAs: (item: string) => string | undefined,
): EventDraft {
  const { items, lines, ...rest } = draft
  if (items.every((item) => knownAs(item) === item)) return draft
  const kept = new Map<string, OrderLine>()
  for (const [at, item] of items.entries()) {
    const id = knownAs(item)
    if (id !== undefined) kept.set(id, added(kept.get(id), lines?.[at] ?? {}))
  }
  return compact({
    ...rest,
    items: [...kept.keys()],
    ...linesOf(rest.name, [...kept.values()]),
  })
}

function readLine(value: unknown): OrderLine {
  const { quantity, price } = isRecord(value) ? value : {}
  return compact({ quantity: readNumber(quantity, 1, 1e6), price: readNumber(price, 0, 1e9) })
}

/** Merges two lines of one item (a shirt in two sizes): adds the quantities and uses the first price that is given. */
function added(before: OrderLine | undefined, line: OrderLine): OrderLine {
  if (!before) return line
  const counted = before.quantity !== undefined || line.quantity !== undefined
  const quantity = counted ? (before.quantity ?? 1) + (line.quantity ?? 1) : undefined
  return compact({ quantity, price: before.price ?? line.price })
}

const known = (lines: readonly OrderLine[]) =>
  lines.some((line) => Object.keys(line).length > 0) ? lines : undefined

function readSearch(input: Record<string, unknown>, id: string, time: number) {
  const term = typeof input.search_term === 'string' ? input.search_term.trim() : ''
  if (term === '') return refuse('search has no search_term')
  return { id, name: 'search', time, items: [], query: term.slice(0, MAX_QUERY_LENGTH) } as const
}

/** Omits undefined fields, so that equal events are deeply equal. */
function compact<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

export function readStoredEvent(value: unknown): ShopperEvent | null {
  if (!isRecord(value)) return null
  const { id, name, time, session, items } = value
  if (typeof id !== 'string' || id === '' || typeof session !== 'string') return null
  if (!isEventName(name) || typeof time !== 'number' || !Number.isFinite(time)) return null
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) return null
  return {
    ...compact({
      id,
      name,
      time,
      items: items as string[],
      ...readLine(value),
      lines:
        Array.isArray(value.lines) && value.lines.length === items.length
          ? known(value.lines.map(readLine))
          : undefined,
      query: typeof value.query === 'string' ? value.query : undefined,
      dwellMs: readNumber(value.dwellMs, 0, DAY),
      seeded: readNumber(value.seeded, 1, 1e15),
      transferred: readNumber(value.transferred, 1, 1e15),
      context: readStoredContext(value.context),
    }),
    session,
  }
}

function readStoredContext(value: unknown): ShopperEvent['context'] {
  const context = readShopContext(value)
  return typeof context === 'string' || Object.keys(context).length === 0 ? undefined : context
}
