/** @module Demo orders, stored by the shop on this device. `outbox.ts` sends an order to the shop's server. */
import type { PastOrder } from '../index.ts'
import type { PricedLine } from './basket.ts'
import { sendOrder, unsent } from './outbox.ts'
import { createStored, ME, who } from './stored.ts'

export interface OrderLine {
  readonly id: string
  readonly quantity: number
  readonly price: number
}

export interface PlacedOrder {
  /** Order number; 1 for the first order on this device. */
  readonly number: number
  /** Time of the order, milliseconds since the epoch. */
  readonly time: number
  readonly lines: readonly OrderLine[]
  /** Random id under which the server stores the order; absent for past orders that the server sent after a sign-in. */
  readonly id?: string
  /** Id of the person whom the shopper shopped for; absent if they shopped for themselves. */
  readonly who?: string
}

/** Maximum number of stored orders; older orders are removed, so that the demo's storage stays small. */
const MOST_ORDERS = 50

function readOrders(value: unknown): readonly PlacedOrder[] {
  if (!Array.isArray(value)) return []
  return (value as readonly Partial<PlacedOrder>[]).flatMap((order) => {
    const { number, time, lines, id, who } = order ?? {}
    if (typeof number !== 'number' || typeof time !== 'number' || !Array.isArray(lines)) return []
    const whole = lines.filter(isLine)
    const sent = typeof id === 'string' ? { id } : {}
    const other = typeof who === 'string' ? { who } : {}
    return whole.length > 0 ? [{ number, time, lines: whole, ...sent, ...other }] : []
  })
}

function isLine(line: unknown): line is OrderLine {
  const { id, quantity, price } = (line ?? {}) as Partial<OrderLine>
  return typeof id === 'string' && typeof quantity === 'number' && typeof price === 'number'
}

/** Orders on this device, newest first. */
export const orders = createStored('nearside-shop.orders', readOrders, 'shared')

export const isUnsent = ({ id }: PlacedOrder): boolean =>
  id !== undefined && unsent.get().includes(id)

const nextNumber = () => Math.max(0, ...orders.get().map(({ number }) => number)) + 1

/** Number of random bytes in an order's id. */
const ID_BYTES = 16

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function placeOrder(lines: readonly PricedLine[], time: number): PlacedOrder {
  const ordered = lines.map(({ id, quantity, item }) => ({ id, quantity, price: item.price ?? 0 }))
  const other = who.get() === ME ? {} : { who: who.get() }
  const order = { number: nextNumber(), time, lines: ordered, id: newId(), ...other }
  orders.set([order, ...orders.get()].filter((one, place) => place < MOST_ORDERS || isUnsent(one)))
  sendOrder(order.id, ordered)
  return order
}

/** Label of the signed-in shopper; null if nobody is signed in. */
export const signedIn = createStored(
  'nearside-shop.signed-in',
  (label) => (typeof label === 'string' ? label : null),
  'shared',
)

/** Adds a returning shopper's past orders. Each product counts as one piece at today's price. */
export function takeOrders(
  past: readonly PastOrder[],
  priceOf: (id: string) => number | undefined,
): void {
  const first = nextNumber()
  const taken = past.map(({ time, items }, at) => ({
    number: first + at,
    time,
    lines: items.map(({ item_id: id }) => ({ id, quantity: 1, price: priceOf(id) ?? 0 })),
  }))
  const all = [...taken, ...orders.get()].sort((a, b) => b.time - a.time)
  orders.set(all.slice(0, MOST_ORDERS))
}

/** Total of an order, rounded to pence. */
export const totalOf = ({ lines }: PlacedOrder): number =>
  Math.round(lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0) * 100) / 100
