/** @module A shopper's events → the history that the model reads. */
import type { History, Interaction } from '../features/history.ts'
import type { ShopperEvent } from './event.ts'

/**
 * One entry per item of each event, ascending by time; items that `rowOf` doesn't know, and events
 * without items, have no entry.
 */
export function fromEvents(
  events: readonly ShopperEvent[],
  rowOf: (item: string) => number | undefined,
): History {
  const history: Interaction[] = []
  for (const { items, name, time, session } of events) {
    for (const id of items) {
      const item = rowOf(id)
      if (item !== undefined) history.push({ item, name, time, session })
    }
  }
  // Stable: events of one instant keep the order in which they came.
  return history.sort((a, b) => a.time - b.time)
}
