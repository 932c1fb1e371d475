/** @module What was looked at last, for the shelf "Recently viewed": on this device, newest first. */
import { createStored } from './stored.ts'

const MOST_VIEWED = 12

const readIds = (value: unknown): readonly string[] =>
  Array.isArray(value) ? [...new Set(value.filter((id) => typeof id === 'string'))] : []

export const viewed = createStored('nearside-shop.viewed', readIds)

export function rememberView(id: string): void {
  if (viewed.get()[0] === id) return
  viewed.set([id, ...viewed.get().filter((other) => other !== id)].slice(0, MOST_VIEWED))
}
