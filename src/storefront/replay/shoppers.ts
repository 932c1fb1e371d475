/** @module Reads shoppers unseen in training, whose year can be replayed. `scripts/replay.ts` writes their file. */
import { loadJson } from '../load.ts'
import { words } from '../words/words.ts'

export interface PastOrder {
  /** Time of the order, milliseconds since the epoch. */
  readonly time: number
  readonly items: readonly string[]
}

export interface PastShopper {
  readonly label: string
  /** Orders, ascending by time. */
  readonly orders: readonly PastOrder[]
}

/** A shopper's label in the reader's language. */
export const shopperText = (label: string) =>
  words('replay.shopper', { name: label.replace(/^Shopper /, '') })

const FILE = 'replay/shoppers.json'

/** @throws Error with a message for the shopper */
export async function loadShoppers(signal?: AbortSignal): Promise<readonly PastShopper[]> {
  return readShoppers(await loadJson(FILE, signal))
}

/** Validates the file's content. @throws Error if the file differs from the format that `scripts/replay.ts` writes */
export function readShoppers(value: unknown): readonly PastShopper[] {
  const list = (value as { shoppers?: unknown } | null)?.shoppers
  if (!Array.isArray(list) || list.length === 0) throw unreadable()
  return list.map(({ label, orders }: { label?: unknown; orders?: unknown }) => {
    if (typeof label !== 'string' || !Array.isArray(orders) || orders.length === 0)
      throw unreadable()
    return { label, orders: orders.map(readOrder).sort((a, b) => a.time - b.time) }
  })
}

function readOrder({ time, items }: { time?: unknown; items?: unknown }): PastOrder {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (Number.isNaN(at) || !Array.isArray(items) || items.length === 0) throw unreadable()
  return { time: at, items: items.map(String) }
}

const unreadable = () => new Error(words('replay.unreadable'))
