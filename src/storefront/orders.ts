/** @module Demo orders, stored by the shop on this device; no server receives them. */
import type { PastOrder } from '../index.ts'
import type { PricedLine } from './basket.ts'
import { createStored } from './stored.ts'

export interface OrderLine {
  readonly id: string
  readonly quantity: number
  readonly price: number
}

export interface PlacedOrder {
  /** Order number; 1 for this device's first. */
  readonly number: number
  /** Time of the order, milliseconds since the epoch. */
  readonly time: number
  readonly lines: readonly OrderLine[]
}

/** Maximum number of stored orders; older ones are removed, so that the demo's storage stays small. */
const MOST_ORDERS = 50

function readOrders(value: unknown): readonly PlacedOrder[] {
  if (!Array.isArray(value)) return []
  return (value as readonly Partial<PlacedOrder>[]).flatMap((order) => {
    const { number, time, lines } = order ?? {}
    if (typeof number !== 'number' || typeof time !== 'number' || !Array.isArray(lines)) return []
    const whole = lines.filter(isLine)
    return whole.length > 0 ? [{ number, time, lines: whole }] : []
  })
}

function isLine(line: unknown): line is OrderLine {
  const { id, quantity, price } = (line ?? {}) as Partial<OrderLine>
  return typeof id === 'string' && typeof quantity === 'number' && typeof price === 'number'
}

/** Orders on this device, newest first. */
export const orders = createStored('nearside-shop.orders', readOrders)

const nextNumber = () => Math.max(0, ...orders.get().map(({ number }) => number)) + 1

export function placeOrder(lines: readonly PricedLine[], time: number): PlacedOrder {
  const order = {
    number: nextNumber(),
    time,
    lines: lines.map(({ id, quantity, item }) => ({ id, quantity, price: item.price ?? 0 })),
  }
  orders.set([order, ...orders.get()].slice(0, MOST_ORDERS))
  return order
}

/** Label of the signed-in shopper; null for nobody. */
export const signedIn = createStored('nearside-shop.signed-in', (label) =>
  typeof label === 'string' ? label : null,
)

/** Adds a returning shopper's past orders, with one piece of each product at today's price. */
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
