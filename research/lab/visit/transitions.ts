/** @module Directed transitions: what shoppers turned to after a product, within the same visit. */
import { SESSION_GAP } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import type { History } from '@nearside/core/features/history.ts'

/** Number of transitions by which a share is shrunk to nothing. */
const PRIOR = 5
/** Weight of the second last product, and of a step over one product. */
const SECOND = 0.5

export class Transitions {
  /** Counts of the next product, by product. */
  readonly #next = new Map<number, Map<number, number>>()
  readonly #total = new Map<number, number>()

  /** @param before milliseconds since the epoch; only earlier events count. */
  constructor(histories: Iterable<History>, before: number) {
    for (const history of histories) {
      let last = Number.NaN
      let path: number[] = []
      for (const { item, name, time } of history) {
        if (eventStrength(name) === 0) continue
        if (time >= before) break
        if (time - last > SESSION_GAP) path = []
        last = time
        if (path.at(-1) === item) continue
        if (path.length > 0) this.#add(path[path.length - 1], item, 1)
        if (path.length > 1 && path[path.length - 2] !== item)
          this.#add(path[path.length - 2], item, SECOND)
        path.push(item)
      }
    }
  }

  #add(from: number, to: number, weight: number): void {
    const row = this.#next.get(from) ?? new Map<number, number>()
    this.#next.set(from, row)
    row.set(to, (row.get(to) ?? 0) + weight)
    this.#total.set(from, (this.#total.get(from) ?? 0) + weight)
  }

  /** Share of the transitions that lead to each item. @param products most recent first */
  from(products: readonly number[]): Map<number, number> {
    const shares = new Map<number, number>()
    let total = PRIOR
    products.forEach((product, k) => {
      const weight = SECOND ** k
      total += weight * (this.#total.get(product) ?? 0)
      for (const [item, count] of this.#next.get(product) ?? [])
        shares.set(item, (shares.get(item) ?? 0) + weight * count)
    })
    for (const [item, count] of shares) shares.set(item, count / total)
    return shares
  }
}
