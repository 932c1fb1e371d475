/** @module Stores the demo shop's orders, one line of JSON per order. An order that arrives twice is stored once. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { isRecord } from '@nearside/core/isRecord.ts'

/** Maximum number of products in an order. */
const MOST_LINES = 500

export interface OrderBook {
  /** Stores an order. The answer `known` means that it was stored before, and `invalid` that its form is wrong. */
  take(order: unknown): 'stored' | 'known' | 'invalid'
}

/** @param file file that stores the orders across restarts; if it is absent, the orders are only in memory */
export function createOrderBook(file?: string): OrderBook {
  const known = new Set<string>()
  if (file && existsSync(file))
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean))
      known.add(JSON.parse(line).id)
  return {
    take(order) {
      if (!isOrder(order)) return 'invalid'
      if (known.has(order.id)) return 'known'
      // The order is stored before the answer, because the browser deletes its copy on the answer.
      if (file) appendFileSync(file, `${JSON.stringify(order)}\n`)
      known.add(order.id)
      return 'stored'
    },
  }
}

function isOrder(
  value: unknown,
): value is { readonly id: string; readonly lines: readonly object[] } {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    /^[0-9a-f]{32}$/.test(value.id) &&
    Array.isArray(value.lines) &&
    value.lines.length > 0 &&
    value.lines.length <= MOST_LINES &&
    value.lines.every(isLine) &&
    Object.keys(value).length === 2
  )
}

const isLine = (line: unknown): boolean =>
  isRecord(line) &&
  typeof line.id === 'string' &&
  line.id.length <= 100 &&
  Number.isSafeInteger(line.quantity) &&
  Number(line.quantity) > 0 &&
  typeof line.price === 'number' &&
  line.price >= 0 &&
  Object.keys(line).length === 3
