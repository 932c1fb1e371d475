/**
 * @module Seeds the negatives of a fit by the events that it learns from: the same events give the
 * same model, after a reload, in another tab, or after something else was forgotten.
 */

import type { History } from '../features/history.ts'
import { eventStrength } from '../features/strength.ts'

/** FNV-1a over what teaches something; a list that was only shown does not count. */
export function negativesSeed(history: History): number {
  let hash = 0x811c9dc5
  const mix = (value: number) => {
    hash = Math.imul(hash ^ value, 0x01000193) >>> 0
  }
  for (const { item, name, time } of history) {
    if (eventStrength(name) === 0) continue
    mix(item)
    mix(time >>> 0)
  }
  return hash
}
