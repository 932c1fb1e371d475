/** @module The context that a shop gave over time: each value holds until the next one of its name. */
import type { ShopContext } from './context.ts'

export interface ContextChange {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly name: string
  /** Empty: there is none from here on. */
  readonly value: string
}

/** @returns what holds at a time: of each name the last change at or before it. */
export function contextOver(changes: readonly ContextChange[]): (time: number) => ShopContext {
  const byName = new Map<string, ContextChange[]>()
  for (const change of changes) {
    const known = byName.get(change.name)
    if (known) known.push(change)
    else byName.set(change.name, [change])
  }
  const names = [...byName].map(([name, own]) => ({
    name,
    // Stable: of two changes at one time the later line counts.
    own: own.sort((a, b) => a.time - b.time),
  }))
  return (time) => {
    const context: Record<string, string> = {}
    for (const { name, own } of names) {
      const last = lastAtOrBefore(own, time)
      if (last >= 0) context[name] = own[last].value
    }
    return context
  }
}

/** Index of the last change at or before a time, by bisection; -1: none. */
function lastAtOrBefore(changes: readonly ContextChange[], time: number): number {
  let low = 0
  let high = changes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (changes[middle].time <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}
