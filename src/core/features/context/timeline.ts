/** @module The shop's context over time: each value holds until the next value of the same name. */
import type { ShopContext } from './context.ts'

export interface ContextChange {
  /** Start of the value in milliseconds since the epoch. */
  readonly time: number
  readonly name: string
  /** New value; empty: none from here on. */
  readonly value: string
}

/** @returns the context at a time: for each name the last change at or before it. */
export function contextOver(changes: readonly ContextChange[]): (time: number) => ShopContext {
  const byName = new Map<string, ContextChange[]>()
  for (const change of changes) {
    const known = byName.get(change.name)
    if (known) known.push(change)
    else byName.set(change.name, [change])
  }
  const names = [...byName].map(([name, own]) => ({
    name,
    // The sort is stable, so of two simultaneous changes the later line counts.
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

/** Index of the last change at or before a time, by bisection; -1 if there is none. */
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
