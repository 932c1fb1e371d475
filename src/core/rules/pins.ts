/** @module Items at fixed places of a list. */
import type { Pin } from './listRules.ts'

/** 1-based place → what stands there. */
type Places<T> = ReadonlyMap<number, T>

/**
 * Which pin has which place: the earlier one, where two want the same.
 * @param pins of items that may be in the list
 * @param limit of the list; what would stand behind its end is left out
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

/** The list with what is pinned at its places, or, where it is shorter, at its end. */
export function withPins<T>(list: readonly T[], pinned: Places<T>, limit: number): T[] {
  const all = [...list]
  for (const [place, one] of pinned) all.splice(place - 1, 0, one)
  return all.slice(0, limit)
}

/** Where what had this place stands beside what is pinned. */
export function placeBeside(place: number, pinned: Places<unknown>): number {
  let beside = place
  for (const taken of pinned.keys()) if (taken <= beside) beside++
  return beside
}
