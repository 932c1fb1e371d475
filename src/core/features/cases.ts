/**
 * @module Turns one shopper's log into things to predict. With exact times a case is one order, or
 * one event that is no purchase; with day-only times it is everything of one shopper on one day,
 * because the order inside the day is unknown.
 */
import { DAY } from '../time.ts'
import type { Case, History, Interaction } from './history.ts'
import { eventStrength } from './strength.ts'

/** A shopper's whole log, as in a shop folder: ascending by time. */
export interface ShopperHistory {
  readonly id: string
  readonly interactions: History
}

/** One after another, made where they are asked for. */
export function historiesOf(shoppers: readonly ShopperHistory[]): Iterable<History> {
  return {
    *[Symbol.iterator]() {
      for (const { interactions } of shoppers) yield interactions
    },
  }
}

/** A shopper as of a time (milliseconds): what comes at or after it is left out. */
export function shopperBefore(shopper: ShopperHistory, until: number): ShopperHistory {
  const last = shopper.interactions.at(-1)
  if (!last || last.time < until) return shopper
  return {
    id: shopper.id,
    // Made when asked for: a log must not be held twice.
    get interactions() {
      const { interactions } = shopper
      return interactions.slice(0, firstAtOrAfter(interactions, until))
    },
  }
}

/** Whatever says that a shopper turned to an item. */
const isInterest = ({ name }: Interaction) => eventStrength(name) > 0

function keyOf({ name, session, time }: Interaction, dayOnly: boolean): string {
  if (dayOnly) return String(Math.floor(time / DAY))
  return name === 'purchase' ? `order ${session}` : `event ${time}`
}

/**
 * Cases at or after `from`, ascending by time. A case's history is all that came strictly before
 * it (with day-only times: before its day), from the shopper's first event on.
 * @param shopper interactions ascending by time.
 * @param from milliseconds since the epoch.
 * @param isAsked what makes a case and its targets; histories hold everything.
 */
export function buildCases(
  shopper: ShopperHistory,
  dayOnly: boolean,
  from: number,
  isAsked: (one: Interaction) => boolean = isInterest,
): Case[] {
  const { interactions } = shopper
  const groups = new Map<string, { time: number; targets: Set<number> }>()
  for (const interaction of interactions) {
    if (!isAsked(interaction)) continue
    const key = keyOf(interaction, dayOnly)
    let group = groups.get(key)
    if (!group) {
      const time = dayOnly ? Math.floor(interaction.time / DAY) * DAY : interaction.time
      group = { time, targets: new Set() }
      groups.set(key, group)
    }
    group.targets.add(interaction.item)
  }
  const merged = new Map<number, Set<number>>()
  for (const { time, targets } of groups.values()) {
    if (time < from) continue
    const known = merged.get(time)
    if (known) for (const target of targets) known.add(target)
    else merged.set(time, targets)
  }
  return [...merged]
    .sort(([a], [b]) => a - b)
    .map(([time, targets]) => ({
      shopper: shopper.id,
      time,
      // Cut when asked for: a thousand cases must not hold a thousand copies of one log.
      get history() {
        return interactions.slice(0, firstAtOrAfter(interactions, time))
      },
      targets: [...targets].sort((a, b) => a - b),
    }))
}

/** Index of the first entry at or after `time`, by bisection. */
export function firstAtOrAfter(interactions: History, time: number): number {
  let low = 0
  let high = interactions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (interactions[middle].time < time) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The history as a job would know it that has not seen the shopper's most recent session yet.
 * Sessions are told apart by name; where one session holds the whole history, nothing is left.
 */
export function withoutLastSession(history: History): History {
  if (history.length === 0) return history
  const last = history[history.length - 1].session
  return history.filter(({ session }) => session !== last)
}
