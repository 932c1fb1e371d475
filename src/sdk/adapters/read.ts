/**
 * @module Reading what other systems emit. Anything may stand where a field is documented; what is
 * not a usable value is left out, and an event without a usable item is refused by `capture` with a
 * notice, so that a broken tag is heard of.
 */
import type { CaptureInput } from '../../device/api.ts'

/** What takes the events: a personalizer, or a function around one. */
export interface Receiver {
  /** Takes one event; what it returns is not looked at. */
  capture(input: CaptureInput): unknown
}

export type Line = NonNullable<CaptureInput['items']>[number]

export type Fields = Readonly<Record<string, unknown>>

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Prices and quantities come as strings as often as not: "49.90". */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined
}

/** One order line; none without an id. Absent fields stay absent. */
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
