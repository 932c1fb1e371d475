/** @module Basket and wishlist, which the demo shop stores on this device. */
import type { Item } from '../index.ts'
import { createStored } from './stored.ts'

interface BasketLine {
  readonly id: string
  readonly quantity: number
}

export const MAX_QUANTITY = 99

export const clampQuantity = (quantity: number): number =>
  Math.min(MAX_QUANTITY, Math.max(1, Math.round(quantity) || 1))

function readLines(value: unknown): readonly BasketLine[] {
  if (!Array.isArray(value)) return []
  const lines = new Map<string, BasketLine>()
  for (const entry of value as readonly Partial<BasketLine>[]) {
    if (typeof entry?.id !== 'string' || typeof entry.quantity !== 'number') continue
    lines.set(entry.id, { id: entry.id, quantity: clampQuantity(entry.quantity) })
  }
  return [...lines.values()]
}

const readIds = (value: unknown): readonly string[] =>
  Array.isArray(value) ? [...new Set(value.filter((id) => typeof id === 'string'))] : []

export const basket = createStored('nearside-shop.basket', readLines, 'shared')
export const wishlist = createStored('nearside-shop.wishlist', readIds, 'own')

export function addToBasket(id: string, quantity: number): void {
  const before = basket.get().find((line) => line.id === id)?.quantity ?? 0
  const line = { id, quantity: clampQuantity(before + quantity) }
  const others = basket.get().filter((other) => other.id !== id)
  basket.set(
    before > 0 ? basket.get().map((other) => (other.id === id ? line : other)) : [...others, line],
  )
}

export function setQuantity(id: string, quantity: number): void {
  basket.set(
    basket.get().map((line) => (line.id === id ? { id, quantity: clampQuantity(quantity) } : line)),
  )
}

export function removeFromBasket(id: string): void {
  basket.set(basket.get().filter((line) => line.id !== id))
}

/**
 * Puts a removed line back into the basket.
 * @param place index of the line in the basket, from 0
 */
export function putBack({ id, quantity }: BasketLine, place: number): void {
  const others = basket.get().filter((line) => line.id !== id)
  basket.set(others.toSpliced(place, 0, { id, quantity: clampQuantity(quantity) }))
}

/** @returns whether the item is now on the wishlist */
export function toggleWish(id: string): boolean {
  const wished = wishlist.get().includes(id)
  wishlist.set(wished ? wishlist.get().filter((other) => other !== id) : [...wishlist.get(), id])
  return !wished
}

export interface PricedLine extends BasketLine {
  readonly item: Item
  /** Total in units of the item's currency. */
  readonly total: number
}

/** Lines with their items, without products that the shop no longer sells. */
export function priced(
  lines: readonly BasketLine[],
  get: (id: string) => Item | undefined,
): readonly PricedLine[] {
  return lines.flatMap((line) => {
    const item = get(line.id)
    return item?.price === undefined ? [] : [{ ...line, item, total: item.price * line.quantity }]
  })
}

/** Sum rounded to pence, because binary fractions add up inexactly. */
export const sumOf = (lines: readonly PricedLine[]): number =>
  Math.round(lines.reduce((sum, line) => sum + line.total, 0) * 100) / 100
