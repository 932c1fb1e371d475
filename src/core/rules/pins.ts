/** @module Places pinned items in a list. */
import type { Pin } from './listRules.ts'

/** 1-based place → entry at that place. */
type Places<T> = ReadonlyMap<number, T>

/**
 * Assigns places to pins. If two pins want the same place, the earlier pin gets it.
 * @param pins pins of items that the list may contain
 * @param limit number of places; pins beyond the last place are dropped
 */
export function placePins(pins: readonly Pin[], limit: number): Places<Pin> {
  const places = new Map<number, Pin>()
  const placed = new Set<string>()
  for (const pin of pins) {
    if (placed.has(pin.item.id)) continue
    let { at } = pin
    while (places.has(at)) at++
    if (at > limit) continue
    places.set(at, pin)
    placed.add(pin.item.id)
  }
  return new Map([...places].sort(([a], [b]) => a - b))
}

/** Inserts pinned entries at their places, or at the end of a shorter list. */
export function withPins<T>(list: readonly T[], pinned: Places<T>, limit: number): T[] {
  const all = [...list]
  for (const [place, one] of pinned) all.splice(place - 1, 0, one)
  return all.slice(0, limit)
}

/** Shifts a place in the unpinned list to its place beside the pinned entries. */
export function placeBeside(place: number, pinned: Places<unknown>): number {
  let beside = place
  for (const taken of pinned.keys()) if (taken <= beside) beside++
  return beside
}
