/**
 * @module Reads events of other systems. Values that a field's documentation excludes are left out.
 * `capture` refuses an event without a usable item and reports it as a notice in the snapshot.
 */
import type { CaptureInput } from '../api.ts'

export type Line = NonNullable<CaptureInput['items']>[number]

export type Fields = Readonly<Record<string, unknown>>

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Prices and quantities often arrive as strings, e.g. "49.90". */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined
}

export function linesOf(id: unknown, quantity: unknown, price: unknown): readonly Line[] {
  const item_id = textOf(id)
  if (item_id === undefined) return []
  const [pieces, each] = [numberOf(quantity), numberOf(price)]
  const line = {
    item_id,
    ...(pieces !== undefined && { quantity: pieces }),
    ...(each !== undefined && { price: each }),
  }
  return [line]
}

/**
 * Calls `take` for each entry of `array`, pushed before or after this call; other scripts can wrap `array.push`, too.
 * @returns function that ends the calls
 */
export function watchPushes(array: unknown[], take: (entry: unknown) => void): () => void {
  let following = true
  const tell = (entry: unknown) => {
    if (following) take(entry)
  }
  for (const entry of [...array]) tell(entry)
  const before = array.push
  const push = (...entries: unknown[]): number => {
    const length = before.apply(array, entries)
    for (const entry of entries) tell(entry)
    return length
  }
  array.push = push
  return () => {
    following = false
    // If another script has wrapped our `push`, our `push` can't be removed; it then only passes entries on.
    if (array.push === push) array.push = before
  }
}
