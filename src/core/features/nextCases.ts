/**
 * @module Cases of the next different product. A list never shows the product at hand, so the question leaves that
 * product out.
 */
import { SESSION_GAP } from '../events/event.ts'
import { eventStrength } from '../events/strength.ts'
import { buildCases, firstAtOrAfter, type ShopperHistory } from './cases.ts'
import type { Case, History } from './history.ts'

/** Question of a case. */
export interface Wanted {
  /** Distinct item rows that a list should find. */
  readonly targets: readonly number[]
  /** Item row that is not ranked; null: every item is. */
  readonly hidden: number | null
}

export interface NextCase extends Case {
  /** The next different product. Without targets where the shopper turned to the product at hand again. */
  readonly next: Wanted
  /** Place of the case in its visit, from 1: the number of earlier looks, plus one. */
  readonly place: number
}

/** Cases as of `buildCases`. A log of days, or of orders alone, shows no visits: nothing is at hand in it. */
export function nextCases(shopper: ShopperHistory, dayOnly: boolean, from: number): NextCase[] {
  const log = dayOnly ? [] : shopper.interactions
  return buildCases(shopper, dayOnly, from).map((one) => {
    const { hidden, place } = visitBefore(log, one.time)
    const targets = one.targets.filter((item) => item !== hidden)
    // Assign to the object: a spread would build every history now.
    return Object.assign(one, { next: { targets, hidden }, place })
  })
}

export const isTestCase = ({ next }: NextCase) => next.targets.length > 0

/** State of the visit before a time; a visit ends after half an hour without an event. An order is no look. */
function visitBefore(log: History, time: number): Pick<Wanted, 'hidden'> & { place: number } {
  let [hidden, place, next]: [number | null, number, number] = [null, 1, time]
  for (let k = firstAtOrAfter(log, time) - 1; k >= 0; k--) {
    const one = log[k]
    if (next - one.time > SESSION_GAP) break
    next = one.time
    if (one.name === 'purchase' || eventStrength(one.name) === 0) continue
    hidden ??= one.item
    place++
  }
  return { hidden, place }
}
