/**
 * @module Turns a shopper's log into cases to predict. With exact times a case is one order, or one event other than a
 * purchase. With day-only times a case is a shopper's whole day, because the order of events within a day is unknown.
 */
import { SESSION_GAP } from '../events/event.ts'
import { eventStrength } from '../events/strength.ts'
import { firstIndex } from '../firstIndex.ts'
import { groupBy } from '../groupBy.ts'
import { DAY } from '../time.ts'
import type { Case, History, Interaction } from './history.ts'

/** Whole log of one shopper, ascending by time. */
export interface ShopperHistory {
  readonly id: string
  readonly interactions: History
}

/** The shoppers' histories; each is computed only when it is read. */
export function historiesOf(shoppers: readonly ShopperHistory[]): Iterable<History> {
  return {
    *[Symbol.iterator]() {
      for (const { interactions } of shoppers) yield interactions
    },
  }
}

/** @param until exclusive, milliseconds since the epoch */
export function shopperBefore(shopper: ShopperHistory, until: number): ShopperHistory {
  const last = shopper.interactions.at(-1)
  if (!last || last.time < until) return shopper
  return {
    id: shopper.id,
    // A getter, so that memory doesn't hold a second copy of the log.
    get interactions() {
      const { interactions } = shopper
      return interactions.slice(0, firstAtOrAfter(interactions, until))
    },
  }
}

const isInterest = ({ name }: Interaction) => eventStrength(name) > 0

/**
 * Cases at or after `from` (milliseconds since the epoch), ascending by time. The history of a case contains all
 * interactions strictly before it (with day-only times: before its day).
 * @param isAsked whether an interaction makes a case and is one of its targets
 */
export function buildCases(
  shopper: ShopperHistory,
  dayOnly: boolean,
  from: number,
  isAsked: (one: Interaction) => boolean = isInterest,
): Case[] {
  const { interactions } = shopper
  const timeOf = ({ time }: Interaction) => (dayOnly ? Math.floor(time / DAY) * DAY : time)
  const asked = interactions.filter(isAsked)
  const events = groupBy(asked, (one) =>
    one.name === 'purchase' && !dayOnly ? `order ${one.session}` : timeOf(one),
  )
  // An order has the time of its first line. Orders and events with the same time are one case.
  const byTime = groupBy(events.values(), ([first]) => timeOf(first))
  return [...byTime]
    .filter(([time]) => time >= from)
    .sort(([a], [b]) => a - b)
    .map(([time, together]) => ({
      shopper: shopper.id,
      time,
      // A getter, so that a thousand cases don't store a thousand copies of the log.
      get history() {
        return interactions.slice(0, firstAtOrAfter(interactions, time))
      },
      targets: [...new Set(together.flat().map(({ item }) => item))].sort((a, b) => a - b),
    }))
}

export const firstAtOrAfter = (interactions: History, time: number): number =>
  firstIndex(interactions.length, (at) => interactions[at].time >= time)

/** History without its last session, which a server that updates recommendations once a night doesn't know yet. */
export function withoutLastSession(history: History): History {
  const last = history.at(-1)
  return history.filter(({ session }) => session !== last?.session)
}

/**
 * Target of a list: the next product other than the product at hand, which is the product that the shopper viewed last
 * in this visit. A list never shows the product at hand.
 */
export interface Wanted {
  /** Distinct item rows that a list should find. */
  readonly targets: readonly number[]
  /** Row of the product at hand; null if there is none. */
  readonly hidden: number | null
}

export interface NextCase extends Case {
  /** Targets other than the product at hand; empty if the shopper viewed the product at hand again. */
  readonly next: Wanted
  /** Position of the case in its visit, from 1. Orders don't count. */
  readonly place: number
}

/** `buildCases`, each with the product at hand (none in a log of day-only times, or of orders alone). */
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

/** Product at hand at a time, and position in the visit. Orders don't count. */
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
