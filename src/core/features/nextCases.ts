/**
 * @module Makes cases whose target is the next different product. A list never shows the product at hand, which is the
 * last product that the shopper looked at in this visit. So the ranking of a case leaves that product out.
 */
import { SESSION_GAP } from '../events/event.ts'
import { eventStrength } from '../events/strength.ts'
import { buildCases, firstAtOrAfter, type ShopperHistory } from './cases.ts'
import type { Case, History } from './history.ts'

export interface Wanted {
  /** Distinct item rows that a list should find. */
  readonly targets: readonly number[]
  /** Row of the product at hand, which the ranking leaves out; null if the ranking has every item. */
  readonly hidden: number | null
}

export interface NextCase extends Case {
  /** Targets other than the product at hand; empty if the shopper turned to the product at hand again. */
  readonly next: Wanted
  /** Position of the case in its visit, from 1: the number of earlier looks, plus one. */
  readonly place: number
}

/**
 * The cases of `buildCases`, each with the product at hand. A log with day-only times, or with orders alone, has no
 * product at hand.
 */
export function nextCases(shopper: ShopperHistory, dayOnly: boolean, from: number): NextCase[] {
  const log = dayOnly ? [] : shopper.interactions
  return buildCases(shopper, dayOnly, from).map((one) => {
    const { hidden, place } = visitBefore(log, one.time)
    const targets = one.targets.filter((item) => item !== hidden)
    // `Object.assign` keeps the getter `history`; a spread would compute every history now.
    return Object.assign(one, { next: { targets, hidden }, place })
  })
}

export const isTestCase = ({ next }: NextCase) => next.targets.length > 0

/**
 * Product at hand at a time, and position in the visit. A visit ends after half an hour without an event. Orders aren't
 * looks.
 */
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
