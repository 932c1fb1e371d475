/**
 * @module An abrupt change of interest that really happened to somebody: up to a known event a
 * shopper's log is another shopper's, from there on it is their own. The same shopper with their own
 * past is the measure: how much worse is the list after the change, and when has it caught up?
 */

import { buildCases, firstAtOrAfter, type ShopperHistory } from '../../src/core/features/cases.ts'
import type { Case, History } from '../../src/core/features/history.ts'
import { inRandomOrder, type Random } from '../../src/core/model/random.ts'

export interface Life {
  readonly shopper: string
  /** Before the change, ascending by time: their own, and the other one's in its place. */
  readonly own: History
  readonly other: History
  /** From the change on. */
  readonly after: History
  /** Cases after the change; the first is asked with nothing of `after` known. */
  readonly cases: readonly Pick<Case, 'time' | 'targets'>[]
}

export interface SpliceOptions {
  readonly dayOnly: boolean
  /** Cases are tested only from here on, milliseconds since the epoch. */
  readonly from: number
  /** Fewest cases before the change, and tested after it. */
  readonly before: number
  readonly least: number
  /** Most cases tested after it. */
  readonly most: number
}

/** Those with long enough a log on both sides of `from`, each paired with another of them. */
export function splice(
  shoppers: readonly ShopperHistory[],
  options: SpliceOptions,
  random: Random,
): Life[] {
  const halves = shoppers.flatMap((shopper) => {
    const cases = buildCases(shopper, options.dayOnly, Number.NEGATIVE_INFINITY)
    const first = cases.findIndex(({ time }) => time >= options.from)
    if (first < options.before || cases.length - first < options.least) return []
    const at = firstAtOrAfter(shopper.interactions, cases[first].time)
    return [
      {
        id: shopper.id,
        own: shopper.interactions.slice(0, at),
        after: shopper.interactions.slice(at),
        cases: cases.slice(first, first + options.most),
      },
    ]
  })
  // A random cycle: everybody lends their past once, nobody to themselves.
  const order = inRandomOrder(halves, random)
  if (order.length < 2) return []
  return order.map(({ id, own, after, cases }, k) => {
    const lender = order[(k + 1) % order.length]
    const shift = own[own.length - 1].time - lender.own[lender.own.length - 1].time
    const other = lender.own.map((entry) => ({
      ...entry,
      time: entry.time + shift,
      session: `before ${entry.session}`,
    }))
    return { shopper: id, own, other, after, cases }
  })
}
